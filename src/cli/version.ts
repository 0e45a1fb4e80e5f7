/** Of this program; the bundle fills them in. */
export const version: string = process.env.SKEP_VERSION ?? 'dev'
export const commit: string = process.env.SKEP_COMMIT ?? 'unknown'
