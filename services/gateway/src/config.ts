import { artifactsEnv } from '@seine/artifacts'
import { commonEnv, envInt, envString } from '@seine/runtime'
import { z } from 'zod'

/** Environment of the gateway. */
export const gatewayEnv = z.object({
  ...commonEnv,
  ...artifactsEnv,
  /** There is no login yet: anything but loopback opens the mesh to whoever reaches the port. */
  GATEWAY_HOST: envString({ default: '127.0.0.1' }),
  /** 0: any free one, told in the log line `listening`. */
  GATEWAY_PORT: envInt({ min: 0, max: 65_535, default: 8080 }),
})

export type GatewayConfig = z.output<typeof gatewayEnv>
