import { invalid } from '../../base/errors.js'

/** Nano-CPUs of `1.5`. Throws for what is no number or finer than a billionth. */
export function parseCpus(text: string): number {
  if (!/^\d+(?:\.\d+)?$|^\.\d+$/.test(text)) throw invalid(`failed to parse ${text} as a rational number`)
  const [, fraction = ''] = text.split('.')
  if (fraction.replace(/0+$/, '').length > 9) throw invalid('value is too precise')
  return Math.round(Number(text) * 1e9)
}
