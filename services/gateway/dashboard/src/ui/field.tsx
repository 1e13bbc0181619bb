import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Shared {
  label: string
  hint?: ComponentChildren
  /** What is wrong with the value. */
  error?: string | undefined
}

function Frame(props: Shared & { id: string; children: ComponentChildren; class?: string }) {
  const { id, label, hint, error, children } = props
  return (
    <div class={`field ${props.class ?? ''}`}>
      <label for={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error !== undefined && (
        <div class="error" id={`${id}-error`}>
          {error}
        </div>
      )}
    </div>
  )
}

/** The types of inputs are told apart by their roles; ours have none. */
const inputType = (type: string) => ({ type }) as { type: 'password' }

const describedBy = (id: string, { hint, error }: Shared) =>
  [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ') || undefined

export function TextField(
  props: Shared & {
    value: string
    onInput: (value: string) => void
    type?: 'text' | 'password' | 'search' | 'url' | 'number' | 'datetime-local'
    placeholder?: string
    autocomplete?: string
    required?: boolean
    min?: number
    max?: number
    disabled?: boolean
    /** More than one: a text area. */
    lines?: number
    class?: string
  },
) {
  const id = useId()
  const { value, onInput, type = 'text', lines = 1, placeholder, required, disabled, min, max, autocomplete } = props
  const common = {
    id,
    value,
    required: required ?? false,
    disabled: disabled ?? false,
    spellcheck: false,
    'aria-invalid': props.error !== undefined,
    'aria-describedby': describedBy(id, props),
    ...(placeholder === undefined ? {} : { placeholder }),
  }
  return (
    <Frame {...props} id={id}>
      {lines > 1 ? (
        <textarea {...common} rows={lines} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input
          {...common}
          {...inputType(type)}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
          {...(autocomplete === undefined ? {} : { autocomplete })}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Frame>
  )
}

export function SelectField(
  props: Shared & {
    value: string
    options: readonly (readonly [value: string, name: string])[]
    onChange: (value: string) => void
    disabled?: boolean
    class?: string
  },
) {
  const id = useId()
  return (
    <Frame {...props} id={id}>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled ?? false}
        aria-describedby={describedBy(id, props)}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        {props.options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </Frame>
  )
}

export function CheckField(props: {
  label: string
  hint?: string
  checked: boolean
  onChange: (isChecked: boolean) => void
  disabled?: boolean
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled ?? false}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>
        {props.label}
        {props.hint !== undefined && <span class="hint">{props.hint}</span>}
      </span>
    </label>
  )
}
