import type { en } from './en.ts'

export interface PluralForms {
  readonly one?: string
  readonly few?: string
  readonly many?: string
  readonly other: string
}

export type MessageKey = keyof typeof en
/** Every language has every message; whether it is a plural is the first language's to say. */
export type Messages = { readonly [K in MessageKey]: (typeof en)[K] extends string ? string : PluralForms }
