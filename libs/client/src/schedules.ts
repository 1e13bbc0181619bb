import type { RpcInput, Run, Schedule, schedulerRpc } from '@seine/contracts'
import { type Page, type PageRequest, pageOf, queryOf, type Transport } from './transport.ts'

/** What a schedule is to be; what has a default may be left out. */
export type ScheduleInput = RpcInput<typeof schedulerRpc.createSchedule>['settings']

export interface SchedulesClient {
  listSchedules(request?: PageRequest): Promise<Page<Schedule>>
  getSchedule(id: string): Promise<Schedule>
  createSchedule(settings: ScheduleInput): Promise<Schedule>
  /** `version`: the one that was read; ApiFailure 412 where it has changed since. */
  replaceSchedule(id: string, version: number, settings: ScheduleInput): Promise<Schedule>
  removeSchedule(id: string, version: number): Promise<Schedule>
  /** Starts a run of it now; ApiFailure 409 while one is under way. */
  runSchedule(id: string): Promise<Run>
  previewSchedule(cron: string, timeZone?: string): Promise<{ nextRuns: string[] }>
}

export function schedulesClient({ json, get, send }: Transport): SchedulesClient {
  const of = (id: string) => `/api/schedules/${encodeURIComponent(id)}`
  const ifMatch = (version: number) => ({ 'if-match': `"${version}"` })
  return {
    listSchedules: (page = {}) => json(`/api/schedules${queryOf(pageOf(page))}`),
    getSchedule: (id) => get(of(id)),
    createSchedule: (settings) => send('POST', '/api/schedules', settings),
    replaceSchedule: (id, version, settings) => send('PUT', of(id), settings, ifMatch(version)),
    removeSchedule: (id, version) => send('DELETE', of(id), {}, ifMatch(version)),
    runSchedule: (id) => send('POST', `${of(id)}/run`, {}),
    previewSchedule: (cron, timeZone = 'UTC') => send('POST', '/api/schedules/preview', { cron, timeZone }),
  }
}
