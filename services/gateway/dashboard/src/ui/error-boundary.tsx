import { Component, type ComponentChildren } from 'preact'
import { Failure } from './states.tsx'

/** A page that breaks says so in its place; the rest goes on, and the error is reported like any other. */
export class ErrorBoundary extends Component<{ children: ComponentChildren }, { error: unknown }> {
  override state = { error: undefined as unknown }

  override componentDidCatch(error: unknown): void {
    this.setState({ error })
    reportError(error)
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return <Failure error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
  }
}
