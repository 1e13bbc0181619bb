import type { CommandEntry } from './seine.ts'

/** Every command, in the order in which help tells of them. */
export const commands: readonly CommandEntry[] = [
  { name: 'demo', load: () => import('./demo.ts') },
  { name: 'up', load: () => import('./up.ts') },
  { name: 'down', load: () => import('./down.ts') },
  { name: 'status', load: () => import('./status.ts') },
  { name: 'run', load: () => import('./run.ts') },
  { name: 'show', load: () => import('./show.ts') },
  { name: 'tail', load: () => import('./tail.ts') },
  { name: 'cancel', load: () => import('./cancel.ts') },
  { name: 'retry', load: () => import('./retry.ts') },
  { name: 'pause', load: () => import('./pause.ts') },
  { name: 'resume', load: () => import('./resume.ts') },
  { name: 'diff', load: () => import('./diff.ts') },
  { name: 'reextract', load: () => import('./reextract.ts') },
  { name: 'sites', load: () => import('./sites.ts') },
  { name: 'schedule', load: () => import('./schedule.ts') },
  { name: 'webhooks', load: () => import('./webhooks.ts') },
  { name: 'keys', load: () => import('./keys.ts') },
  { name: 'retention', load: () => import('./retention.ts') },
  { name: 'extract', load: () => import('./extract.ts') },
  { name: 'provision', load: () => import('./provision.ts') },
  { name: 'export', load: () => import('./export.ts') },
  { name: 'doctor', load: () => import('./doctor.ts') },
  { name: 'completion', load: () => import('./completion.ts') },
]
