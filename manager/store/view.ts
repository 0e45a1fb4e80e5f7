import type { Service } from '../../src/model/service.js'
import type { Task } from '../../src/model/task.js'
import { idsIn, idsNamed, type State } from './state.js'
import type { ReadTx, TableName, Tables } from './store.js'
import { indexKey, slotKey } from './table.js'

/** Reads of one immutable state. */
export class View implements ReadTx {
  constructor(
    protected state: State,
    readonly index: number,
  ) {}

  get<K extends TableName>(table: K, id: string): Tables[K] | undefined {
    return this.state[table].rows.get(id)
  }

  list<K extends TableName>(table: K): Tables[K][] {
    return this.state[table].rows.values()
  }

  count(table: TableName): number {
    return this.state[table].rows.size
  }

  byName<K extends TableName>(table: K, name: string): Tables[K] | undefined {
    return this.allByName(table, name)[0]
  }

  allByName<K extends TableName>(table: K, name: string): Tables[K][] {
    return idsNamed(this.state, table, name).flatMap((id) => this.get(table, id) ?? [])
  }

  byIdPrefix<K extends TableName>(table: K, prefix: string, limit = 2): Tables[K][] {
    return this.state[table].rows.withPrefix(prefix, limit)
  }

  tasksByService(serviceId: string): Task[] {
    return this.tasks('slot', serviceId)
  }

  tasksByNode(nodeId: string): Task[] {
    return this.tasks('node', nodeId)
  }

  tasksBySlot(serviceId: string, slot: number): Task[] {
    return this.tasks('slot', indexKey(serviceId, slotKey(slot)))
  }

  servicesUsing(table: 'network' | 'secret' | 'config', id: string): Service[] {
    return idsIn(this.state, 'service', 'uses', indexKey(table, id)).flatMap((found) => this.get('service', found) ?? [])
  }

  tasksUsing(table: 'network' | 'secret' | 'config', id: string): Task[] {
    return this.tasks('uses', indexKey(table, id))
  }

  private tasks(index: string, key: string): Task[] {
    const tasks: Task[] = []
    for (const id of idsIn(this.state, 'task', index, key)) {
      const task = this.get('task', id)
      if (task) tasks.push(task)
    }
    return tasks
  }
}
