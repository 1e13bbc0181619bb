import manifest from '../package.json' with { type: 'json' }

/** Of the whole project: its packages are released together. */
export const version: string = manifest.version
