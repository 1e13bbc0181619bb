import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

/** Head of a page: where it belongs, its name, its state, what can be done. */
export function PageHead(props: {
  title: string
  /** Also the window's title; absent: `title`. */
  windowTitle?: string
  above?: ComponentChildren
  beside?: ComponentChildren
  children?: ComponentChildren
}) {
  const { title, windowTitle = title } = props
  useEffect(() => {
    document.title = `${windowTitle} · Seine`
  }, [windowTitle])
  return (
    <header class="page-head">
      {props.above !== undefined && <div class="above">{props.above}</div>}
      <div class="line">
        <h1 tabIndex={-1}>{title}</h1>
        {props.beside}
        <div class="actions">{props.children}</div>
      </div>
    </header>
  )
}

export function Section(props: { title: string; beside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section">
      <div class="line">
        <h2>{props.title}</h2>
        {props.beside}
      </div>
      {props.children}
    </section>
  )
}

/** Numbers with their names, side by side. */
export function Facts({
  of,
}: {
  of: readonly (readonly [name: string, value: ComponentChildren, note?: ComponentChildren])[]
}) {
  return (
    <dl class="facts">
      {of.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {note !== undefined && note !== null && <div class="note">{note}</div>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function Tabs(props: {
  label: string
  tabs: readonly (readonly [href: string, name: string, isHere: boolean])[]
}) {
  return (
    <nav class="tabs" aria-label={props.label}>
      {props.tabs.map(([href, name, isHere]) => (
        <a key={href} href={href} aria-current={isHere ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  )
}
