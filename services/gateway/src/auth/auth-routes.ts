import type { AnyRoute } from '../http/route.ts'
import type { Auth } from './auth.ts'
import { keyRoutes } from './key-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { userRoutes } from './user-routes.ts'

export const authRoutes = (auth: Auth): AnyRoute[] => [...sessionRoutes(auth), ...userRoutes(auth), ...keyRoutes(auth)]
