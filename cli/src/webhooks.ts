import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, WebhookInput } from '@seine/client'
import { type Webhook, type WebhookDelivery, type WebhookEvent, webhookEvents } from '@seine/contracts'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { UsageError, withGateway } from './gateway.ts'
import { readWebhookFlags, type WebhookAction, type WebhookFlags } from './webhook-flags.ts'
import { deliveryTable, secretText, webhookDetail, webhookTable } from './webhook-text.ts'

export const command: Command = {
  name: 'webhooks',
  summary: 'Tell other systems of runs: signed, tried again, with a test',
  usage:
    'seine webhooks list | show <name> | test <name> | deliveries <name> | redeliver <name> <delivery> | rotate <name> | ' +
    'enable <name> | disable <name> | remove <name> | add <name> <url> [--events a,b] [--sites a,b] [--disabled]; all: [--json] [--gateway url]',
  examples: [
    'seine webhooks add ops https://ops.example/hooks/seine --events run.finished,quality.failed',
    'seine webhooks test ops',
    'seine webhooks deliveries ops',
    'seine webhooks rotate ops',
  ],
  async run(args, io) {
    const read = readWebhookFlags(command, args, io)
    if (read === null) return exitCodes.usage
    const { action, names, flags } = read
    return withGateway(command, flags.gateway, io, (client) => actions[action]({ client, names, flags, io }))
  },
}

interface Asked {
  readonly client: Client
  /** What stands behind the action, as many as it wants. */
  readonly names: readonly string[]
  readonly flags: WebhookFlags
  readonly io: CommandIo
}

const eventsByDefault: WebhookEvent[] = ['run.finished', 'quality.failed']

const actions: Record<WebhookAction, (asked: Asked) => Promise<number>> = {
  async list({ client, flags, io }) {
    const webhooks = await allWebhooks(client)
    return tell({ flags, io }, webhooks, () => webhookTable(webhooks))
  },
  async add({ client, names: [name = '', url = ''], flags, io }) {
    const settings: WebhookInput = {
      name,
      url,
      events: flags.events === undefined ? eventsByDefault : eventsIn(flags.events),
      enabled: !flags.disabled,
      ...(flags.sites === undefined ? {} : { sites: namesIn(flags.sites) }),
    }
    const webhook = await client.createWebhook(settings)
    return tell({ flags, io }, webhook, () => webhookDetail(webhook) + secretText(webhook.secret))
  },
  async show({ client, names: [name = ''], flags, io }) {
    const webhook = await findWebhook(client, name)
    return tell({ flags, io }, webhook, () => webhookDetail(webhook))
  },
  async test({ client, names: [name = ''], flags, io }) {
    const { id } = await findWebhook(client, name)
    const delivery = await outcomeOf(client, id, await client.testWebhook(id))
    tell({ flags, io }, delivery, () => deliveryTable([delivery]))
    return delivery.state === 'delivered' ? exitCodes.ok : exitCodes.failed
  },
  async deliveries({ client, names: [name = ''], flags, io }) {
    const { id } = await findWebhook(client, name)
    const { data } = await client.deliveries(id, { perPage: shownDeliveries })
    return tell({ flags, io }, data, () => deliveryTable(data))
  },
  async redeliver({ client, names: [name = '', deliveryId = ''], flags, io }) {
    const { id } = await findWebhook(client, name)
    const delivery = await client.redeliver(id, deliveryId)
    return tell({ flags, io }, delivery, () => deliveryTable([delivery]))
  },
  async rotate({ client, names: [name = ''], flags, io }) {
    const found = await findWebhook(client, name)
    const rotated = await client.rotateWebhook(found.id, found.version)
    return tell({ flags, io }, rotated, () => `${secretText(rotated.secret)}For a day the one before signs as well.\n`)
  },
  enable: (asked) => setEnabled(asked, true),
  disable: (asked) => setEnabled(asked, false),
  async remove({ client, names: [name = ''], flags, io }) {
    const { id, version } = await findWebhook(client, name)
    const removed = await client.removeWebhook(id, version)
    return tell({ flags, io }, removed, () => `${removed.name} is removed with its deliveries\n`)
  },
}

const shownDeliveries = 50
const testPauseMs = 250
/** A fetcher gives a receiver 15 s. */
const maxTestMs = 20_000

/** The delivery once its attempt has ended, or as it stands when the time is up. */
async function outcomeOf(client: Client, webhookId: string, sent: WebhookDelivery): Promise<WebhookDelivery> {
  let delivery = sent
  for (let waitedMs = 0; waitedMs < maxTestMs; waitedMs += testPauseMs) {
    if (delivery.state === 'delivered' || delivery.state === 'failed') break
    await sleep(testPauseMs)
    const { data } = await client.deliveries(webhookId, { perPage: shownDeliveries })
    delivery = data.find(({ id }) => id === sent.id) ?? delivery
  }
  return delivery
}

async function setEnabled({ client, names: [name = ''], flags, io }: Asked, enabled: boolean): Promise<number> {
  const found = await findWebhook(client, name)
  const { url, events, sites } = found
  const settings = { name: found.name, url, events, ...(sites === undefined ? {} : { sites }), enabled }
  const changed = await client.replaceWebhook(found.id, found.version, settings)
  return tell({ flags, io }, changed, () => webhookDetail(changed))
}

function tell({ flags, io }: Pick<Asked, 'flags' | 'io'>, value: unknown, text: () => string): number {
  io.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : text())
  return exitCodes.ok
}

/** There are a hundred at most. */
const allWebhooks = async (client: Client): Promise<Webhook[]> => (await client.listWebhooks({ perPage: 200 })).data

/** A webhook by its name, its id or the first letters of that. Throws UsageError where that is none or many. */
async function findWebhook(client: Client, name: string): Promise<Webhook> {
  const webhooks = await allWebhooks(client)
  const named = webhooks.find((webhook) => webhook.name === name)
  if (named !== undefined) return named
  const matching = name.length < 4 ? [] : webhooks.filter(({ id }) => id.startsWith(name.toLowerCase()))
  if (matching.length > 1) throw new UsageError(`${matching.length} webhooks begin with '${name}'`)
  if (matching[0] === undefined) throw new UsageError(`no webhook '${name}'; "seine webhooks list" lists them`)
  return matching[0]
}

const namesIn = (list: string): string[] => list.split(',').map((name) => name.trim())

function eventsIn(list: string): WebhookEvent[] {
  return namesIn(list).map((name) => {
    const event = webhookEvents.find((known) => known === name)
    if (event === undefined) throw new UsageError(`--events: no '${name}', there are ${webhookEvents.join(', ')}`)
    return event
  })
}
