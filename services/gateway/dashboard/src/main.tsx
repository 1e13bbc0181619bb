import { effect } from '@preact/signals'
import { render } from 'preact'
import { startActivity } from './activity.ts'
import { App } from './app.tsx'
import { startConnection } from './connection.ts'
import { loadLanguage } from './i18n.ts'
import { language, startPreferences } from './preferences.ts'
import { startErrorReports } from './report-errors.ts'
import { startRouter } from './router.ts'
import { startSession } from './session.ts'
import './styles/base.css'
import './styles/layout.css'
import './styles/parts.css'

startErrorReports()
startPreferences()
startRouter()
startConnection()
startActivity()
effect(() => {
  language.value
  void loadLanguage()
})
startSession()
render(<App />, document.getElementById('app')!)
