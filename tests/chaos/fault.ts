/** Where a link leads to. */
export const servers = ['nats', 'postgres'] as const
export type Server = (typeof servers)[number]

/** Streams whose messages are told again. */
export const toldAgain = ['TASKS', 'RESULTS', 'EXPORTS'] as const
export type ToldAgain = (typeof toldAgain)[number]

/** Disks of our own: of the artifact store, of exporters for the files they make, of broker and database for all they have. */
export const disks = ['artifacts', 'spool', 'broker', 'database'] as const
export type DiskName = (typeof disks)[number]

/** What is done to the mesh, without when. Every field is drawn beforehand: nothing is decided while it is done. */
export type Deed =
  /** SIGKILL, and started again after a while. */
  | { readonly kind: 'kill'; readonly target: string; readonly downMs: number }
  /** SIGTERM or, for the database, a fast shutdown; started again after a while. */
  | { readonly kind: 'restart'; readonly target: string; readonly downMs: number }
  /** SIGSTOP, and SIGCONT after a while. */
  | { readonly kind: 'pause'; readonly target: string; readonly forMs: number }
  /** The cable between a service and broker and database, or between a node of the broker and all else, is out: nothing passes, nothing is told. */
  | { readonly kind: 'cut'; readonly target: string; readonly forMs: number }
  /** One direction of a service's connections to a server is silent; both sides think that they are connected. */
  | {
      readonly kind: 'half-open'
      readonly target: string
      readonly to: Server
      readonly silent: 'up' | 'down'
      readonly forMs: number
    }
  /** All connections of a service to a server are reset. */
  | { readonly kind: 'reset'; readonly target: string; readonly to: Server }
  /** All that a service says to a server and hears from it comes later. */
  | {
      readonly kind: 'delay'
      readonly target: string
      readonly to: Server
      readonly byMs: number
      readonly forMs: number
    }
  /** A disk is full. Broker and database are started again once there is room: the one stops storing for good, the other may have ended. */
  | { readonly kind: 'fill'; readonly disk: DiskName; readonly forMs: number }
  /** Messages of a stream come once more: at once or late, as the same message for the broker or as another one. */
  | {
      readonly kind: 'repeat'
      readonly stream: ToldAgain
      /** Of each message that can be had, whether it is among them: 0 to 1. */
      readonly share: number
      readonly sameId: boolean
      readonly afterMs: number
    }
  /** A service's wall clock is off by so much until the end of the round. */
  | { readonly kind: 'clock'; readonly target: string; readonly offByMs: number }

export type FaultKind = Deed['kind']
export type Fault = Deed & { readonly atMs: number }

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)}`

/** `kill fetcher-1 @3.2+1.0`: when it begins and how long it lasts, in seconds of the round. */
export function describeFault(fault: Fault): string {
  const at = `@${seconds(fault.atMs)}`
  switch (fault.kind) {
    case 'kill':
    case 'restart':
      return `${fault.kind} ${fault.target} ${at}+${seconds(fault.downMs)}`
    case 'pause':
    case 'cut':
      return `${fault.kind} ${fault.target} ${at}+${seconds(fault.forMs)}`
    case 'half-open':
      return `half-open ${fault.target}→${fault.to} ${fault.silent} ${at}+${seconds(fault.forMs)}`
    case 'reset':
      return `reset ${fault.target}→${fault.to} ${at}`
    case 'delay':
      return `delay ${fault.target}→${fault.to} by ${fault.byMs} ms ${at}+${seconds(fault.forMs)}`
    case 'fill':
      return `fill ${fault.disk} ${at}+${seconds(fault.forMs)}`
    case 'repeat':
      return `repeat ${Math.round(fault.share * 100)} % of ${fault.stream} ${fault.sameId ? 'as the same' : 'as others'} ${at}+${seconds(fault.afterMs)}`
    case 'clock':
      return `clock ${fault.target} ${fault.offByMs > 0 ? '+' : ''}${seconds(fault.offByMs)} s ${at}`
  }
}
