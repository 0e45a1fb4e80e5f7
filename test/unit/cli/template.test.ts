import { strict as assert } from 'node:assert'
import { compileTemplate } from '../../../src/cli/template/run.js'
import { TemplateError } from '../../../src/cli/template/parse.js'

const value = {
  Name: 'web',
  Replicas: 3,
  Ports: [80, 443],
  Labels: { tier: 'front', zone: 'a' },
  State: { Running: true, Pid: 7 },
  Empty: [],
  Label: (name: unknown) => `label ${String(name)}`,
}
const run = (template: string): string => compileTemplate(template, { strictFields: true })(value)

describe('templates of --format', () => {
  const cases: [template: string, text: string][] = [
    ['plain', 'plain'],
    ['{{.Name}}: {{ .Replicas }}', 'web: 3'],
    ['{{json .Labels}}', '{"tier":"front","zone":"a"}'],
    ['{{.Ports}} {{.Labels}}', '[80 443] map[tier:front zone:a]'],
    ['{{range .Ports}}<{{.}}>{{end}}', '<80><443>'],
    ['{{range $i, $p := .Ports}}{{$i}}={{$p}};{{end}}', '0=80;1=443;'],
    ['{{range $k, $v := .Labels}}{{$k}}:{{$v}} {{end}}', 'tier:front zone:a '],
    ['{{range .Empty}}x{{else}}none{{end}}', 'none'],
    ['{{if .State.Running}}up{{else}}down{{end}}', 'up'],
    ['{{if eq .Name "db"}}1{{else if eq .Name "web"}}2{{else}}3{{end}}', '2'],
    ['{{with .State}}{{.Pid}} {{$.Name}}{{end}}', '7 web'],
    ['{{index .Labels "tier"}} {{index .Ports 1}}', 'front 443'],
    ['{{.Name | upper | printf "%-6s|"}}', 'WEB   |'],
    ['{{join (split "a,b" ",") "-"}}', 'a-b'],
    ['{{(index .Ports 0)}} {{len .Ports}}', '80 2'],
    ['a {{- .Name -}} b', 'awebb'],
    ['{{/* nothing */}}x', 'x'],
    ['{{$n := .Name}}{{$n}}', 'web'],
    ['{{.Label "a"}}', 'label a'],
    ['{{and .Name .Replicas}} {{or .Empty "x"}} {{not .Name}}', '3 x false'],
    ['{{gt .Replicas 2}} {{println "a" 1}}', 'true a 1\n'],
    ['{{`raw "text"`}}{{"}}"}}', 'raw "text"}}'],
    ['{{.Labels.nothing}}', '<no value>'],
  ]
  for (const [template, text] of cases) it(template, () => assert.equal(run(template), text))

  for (const wrong of ['{{.Name', '{{.Nothing}}', '{{if .Name}}x', '{{nope .Name}}', '{{range .Ports}}', '{{|}}', '{{.Name.X}}', '{{end}}', '{{)}}']) {
    it(`refuses ${wrong}`, () => assert.throws(() => run(wrong), TemplateError))
  }
})
