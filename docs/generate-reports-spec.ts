import { writeFileSync } from 'node:fs'
import { issuesDoc, reportsSpec } from '@seine/reports'

writeFileSync(new URL('reports_spec.md', import.meta.url), reportsSpec())
writeFileSync(new URL('issues.md', import.meta.url), issuesDoc())
