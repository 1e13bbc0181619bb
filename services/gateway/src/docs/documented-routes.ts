import { allRoutes } from '../routes.ts'

/** Stands for all that routes stand on while nobody asks them anything: documents are made of the table alone. */
const nothing: object = new Proxy(() => {}, {
  get: (_target, name) => (name === 'then' ? undefined : nothing),
  apply: () => nothing,
})

/** The routes of a gateway without a broker behind them. */
export const documentedRoutes = () => allRoutes(nothing as Parameters<typeof allRoutes>[0])
