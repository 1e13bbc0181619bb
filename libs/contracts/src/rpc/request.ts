import { z } from 'zod'

export const runRef = z.strictObject({ runId: z.uuid() })
export const pageRequest = { page: z.int().min(1).default(1), perPage: z.int().min(1).max(500).default(50) }
