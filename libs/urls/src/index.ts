export * from './canonical-url.ts'
export * from './host.ts'
export * from './scope.ts'
export * from './traps.ts'
