import { useState } from 'preact/hooks'
import { client, describeError } from '../../api.ts'
import { t } from '../../i18n.ts'
import { navigate } from '../../router.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { fieldErrors } from '../../ui/field-errors.ts'
import { say } from '../../ui/toasts.tsx'

/** A site's name and where it starts; the rest has defaults and is set on its page. */
export function NewSite({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [url, setUrl] = useState('https://')
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const submit = async (event: Event) => {
    event.preventDefault()
    try {
      const made = await client.createSite({ name: name.trim(), startUrls: [url.trim()] })
      onClose()
      navigate(`/sites/${made.site.name}?tab=settings`)
    } catch (error) {
      const found = fieldErrors(error)
      setErrors(found)
      if (Object.keys(found).length === 0) say('failed', describeError(error).text)
    }
  }
  return (
    <Dialog title={t('sites.addTitle')} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <TextField
          label={t('site.name')}
          hint={t('site.nameHint')}
          value={name}
          onInput={setName}
          error={errors.name}
          required
        />
        <TextField label={t('site.startUrl')} value={url} onInput={setUrl} error={errors.startUrls} required />
        <div class="actions end">
          <button type="button" onClick={onClose}>
            {t('action.back')}
          </button>
          <button type="submit" class="primary">
            {t('action.add')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
