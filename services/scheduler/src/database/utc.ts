/** SQL that gives a moment as ISO 8601 in UTC, as JSON carries it. Null stays null. */
export const utc = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
