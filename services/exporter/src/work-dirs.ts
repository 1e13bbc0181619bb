import { makeWorkDirs as makeDirs, type WorkDirs } from '@seine/runtime'

export type { WorkDir, WorkDirs } from '@seine/runtime'

/** Folders of this service's own under `root`, one for each piece of work. */
export const makeWorkDirs = (root: string): Promise<WorkDirs> => makeDirs(root, 'seine-export')
