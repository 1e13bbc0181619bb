import type { JsonSchema } from './openapi-schemas.ts'
import type { AnyRoute } from './route.ts'

const abouts = {
  400: [
    'BadRequest',
    'A parameter or header is not what it has to be, or the body is no JSON; `details.fields` says which.',
  ],
  401: ['Unauthenticated', 'No credential, or one that is not valid any more.'],
  403: ['Forbidden', 'The credential does not allow this, or the CSRF token is missing.'],
  404: ['NotFound', 'There is no such thing.'],
  409: ['Conflict', 'Not in the state that it is in.'],
  412: ['PreconditionFailed', 'It has changed since the version that `If-Match` names.'],
  413: ['TooLarge', 'The body is over 1 MiB.'],
  415: ['UnsupportedType', 'The body is not application/json.'],
  422: ['Unprocessable', 'The body is not what it has to be; `details.fields` has the messages by field.'],
  428: ['PreconditionRequired', '`If-Match` is missing.'],
  429: ['TooManyRequests', 'Too much was asked; `Retry-After` says when again.'],
  500: ['Unexpected', 'Something unexpected; it is in the error registry under the correlation id.'],
  503: ['Unavailable', 'What is needed for it does not answer; `Retry-After` says when again.'],
} as const satisfies Record<number, readonly [string, string]>

export type ErrorStatus = keyof typeof abouts

/** `components.responses`: every error that an operation may answer. */
export const errorAnswers: Record<string, JsonSchema> = Object.fromEntries(
  Object.values(abouts).map(([name, description]) => [
    name,
    { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
  ]),
)

/** The errors an operation may answer, by status. What follows from its shape need not be said by the route. */
export function errorStatusesOf(route: AnyRoute): Record<string, JsonSchema> {
  const { params, query, body, headers = {}, access, method, errors = [] } = route
  const statuses: ErrorStatus[] = [
    ...(params === undefined && query === undefined && body === undefined ? [] : ([400] as const)),
    ...(access === 'public' ? [] : ([401, 403] as const)),
    ...(params === undefined ? [] : ([404] as const)),
    ...(method === 'get' ? [] : ([409] as const)),
    ...('If-Match' in headers ? ([412, 428] as const) : []),
    ...(body === undefined ? [] : ([413, 415] as const)),
    // Of a change without a body the scheduler may still say so: a run can't be resumed as the sites are now.
    ...(method === 'get' ? [] : ([422] as const)),
    ...errors,
    429,
    500,
    503,
  ]
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${abouts[status][0]}` }]))
}
