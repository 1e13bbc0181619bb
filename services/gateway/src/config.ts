import { artifactsEnv } from '@seine/artifacts'
import { commonEnv, envInt, envOptional, envString } from '@seine/runtime'
import { telemetryEnv } from '@seine/telemetry'
import { z } from 'zod'
import { newPassword, userName } from './auth/users.ts'
import { envRate } from './limits/rate-settings.ts'

const longSecret = z.string().regex(/^[\x21-\x7e]{32,200}$/)

const publicUrl = z
  .string()
  .refine((text) => /^https?:\/\/[^/]+\/?$/.test(text) && URL.canParse(text), 'expected https://host without a path')
  .transform((text) => new URL(text).origin)
  .optional()

/** May be absent; what it was is not said where it is wrong. */
const secretOf = (schema: z.ZodString) =>
  envOptional().refine((text) => text === undefined || schema.safeParse(text).success, {
    error: 'expected a longer secret',
  })

/** Environment of the gateway. */
export const gatewayEnv = z.object({
  ...commonEnv,
  ...telemetryEnv,
  ...artifactsEnv,
  /** It speaks plain HTTP: anything but loopback wants a proxy in front that ends TLS. */
  GATEWAY_HOST: envString({ default: '127.0.0.1' }),
  /** 0: any free one, told in the log line `listening`. */
  GATEWAY_PORT: envInt({ min: 0, max: 65_535, default: 8080 }),
  /** The address that people use where a proxy ends TLS in front: `https://seine.example`. Absent: the gateway's own. */
  PUBLIC_URL: envOptional().pipe(publicUrl),
  /** Proxies of ours in front: so many entries of X-Forwarded-For are believed, from the right. */
  TRUSTED_PROXIES: envInt({ min: 0, max: 5, default: 0 }),
  /** What callers may ask for: `100/min,20` (a minute, at once) or `off`. */
  RATE_LIMIT_SESSION: envRate('100/min,20'),
  RATE_LIMIT_KEY: envRate('1000/min,100'),
  RATE_LIMIT_ANONYMOUS: envRate('20/min,5'),
  /** The first admin, made at start where there is no user of this name. Both or none. */
  ADMIN_USER: envOptional().pipe(userName.optional()),
  ADMIN_PASSWORD: secretOf(newPassword),
  /** One-time token for the first admin. Absent: a random one is logged at start while there is no user. */
  SETUP_TOKEN: secretOf(longSecret),
  /** An admin's API key from the start, for whoever started the gateway. Absent: there is none. */
  BOOTSTRAP_API_KEY: secretOf(longSecret),
})

export type GatewayConfig = z.output<typeof gatewayEnv>
