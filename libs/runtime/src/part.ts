/** A part of a service that works from start to stop: a consumer, a server, a clockwork. */
export interface Part {
  readonly name: string
  /** Begins to work and returns; what goes wrong later for good is told through `fail`, which ends the service. */
  start(fail: (error: unknown) => void): Promise<void> | void
  /** Takes nothing new, finishes what it holds, acknowledges it. */
  stop(): Promise<void>
}
