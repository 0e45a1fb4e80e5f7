import type { Control } from '../../model/control.js'

/** A manager's control API whose failures go through `translate` before their callers hear of them. */
export function translatingControl(control: Control, translate: (thrown: unknown) => unknown): Control {
  return new Proxy(control, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: unknown[]): unknown => translated(Reflect.apply(member, target, given), translate)
    },
  })
}

function translated(result: unknown, translate: (thrown: unknown) => unknown): unknown {
  if (result instanceof Promise) {
    return result.catch((thrown: unknown) => {
      throw translate(thrown)
    })
  }
  return isStream(result) ? translatedStream(result, translate) : result
}

async function* translatedStream(stream: AsyncIterable<unknown>, translate: (thrown: unknown) => unknown): AsyncGenerator<unknown> {
  try {
    yield* stream
  } catch (thrown) {
    throw translate(thrown)
  }
}

function isStream(result: unknown): result is AsyncIterable<unknown> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result
}
