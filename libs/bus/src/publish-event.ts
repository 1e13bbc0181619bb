import { type EventData, type EventType, eventMessage, newId, type SeineEvent, type Step } from '@seine/contracts'
import type { Bus } from './bus.ts'

/** What is told of an event; time and id are added. */
export interface EventInput<T extends EventType> {
  /** The run's id. */
  readonly jobId: string
  /** Absent: the event is the run's own. */
  readonly site?: string
  readonly step: Step | null
  readonly level: SeineEvent['level']
  readonly type: T
  readonly data: EventData<T>
  readonly correlationId?: string
}

/** Publishes a typed event. Throws InvalidMessage where `data` is not what its type says. */
export async function publishEvent<T extends EventType>(bus: Bus, event: EventInput<T>): Promise<void> {
  const { jobId, site, step, level, type, data, correlationId } = event
  const message = {
    ts: new Date(bus.nowMs()).toISOString(),
    level,
    job_id: jobId,
    ...(site === undefined ? {} : { site }),
    step,
    id: newId(),
    type,
    data,
  } as SeineEvent
  await bus.publish(eventMessage, message, { correlationId })
}
