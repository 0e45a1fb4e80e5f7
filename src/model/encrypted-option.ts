/** The option of an overlay network that asks for encryption, with or without a value, as Docker has it. */
const encryptedOption = 'encrypted'

/** Whether a network with these driver options is encrypted. */
export function isEncrypted(options: Readonly<Record<string, string>>): boolean {
  const asked = options[encryptedOption]
  return asked !== undefined && !/^(0|f|false)$/i.test(asked)
}
