/** What the build put in for these names; a run from the sources says `dev`. */
export const version: string = process.env.SKEP_VERSION ?? 'dev'
export const commit: string = process.env.SKEP_COMMIT ?? 'unknown'
