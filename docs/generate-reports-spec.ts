import { writeFileSync } from 'node:fs'
import { reportsSpec } from '@seine/reports'

writeFileSync(new URL('reports_spec.md', import.meta.url), reportsSpec())
