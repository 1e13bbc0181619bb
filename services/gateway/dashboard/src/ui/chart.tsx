import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatNumber } from '../format.ts'
import { shownLanguage, t } from '../i18n.ts'
import { theme } from '../preferences.ts'

export interface ChartSeries {
  readonly name: string
  /** A custom property of the style sheet: `--accent`. */
  readonly color: string
  readonly kind?: 'line' | 'bars' | 'steps' | 'points'
  readonly values: readonly (number | null)[]
}

/** Values over time. `times`: Unix seconds, ascending. What it shows is also in words: `summary`. */
export function Chart(props: {
  title: string
  summary: string
  times: readonly number[]
  series: readonly ChartSeries[]
  heightPx?: number
  digits?: number
  /** False: the axis begins near the lowest value, where moves matter and not sizes. Default: at 0. */
  fromZero?: boolean
}) {
  const { times, series, heightPx = 150, digits = 0, fromZero = true } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const data = [times, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData
  const shape = JSON.stringify([series.map(({ name, color, kind }) => [name, color, kind]), heightPx, digits, fromZero])

  useEffect(() => {
    const element = box.current!
    const style = getComputedStyle(document.documentElement)
    const color = (name: string) => style.getPropertyValue(name).trim()
    const axis = { stroke: color('--muted'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } }
    const font = `11px ${getComputedStyle(document.body).fontFamily}`
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: heightPx,
        legend: { show: series.length > 1, live: false },
        cursor: { points: { size: 6 }, drag: { x: false, y: false } },
        padding: [10, 26, 0, 0],
        scales: { y: { range: (_, min, max) => (fromZero ? [0, niceTop(max)] : around(min, max)) } },
        axes: [
          {
            ...axis,
            font,
            size: 26,
            space: 84,
            incrs: timeSteps,
            values: (_, splits) => splits.map(timeLabel(splits)),
          },
          {
            ...axis,
            font,
            size: 48,
            ...(digits === 0 ? { incrs: wholeSteps } : {}),
            values: (_, splits) => splits.map((v) => formatNumber(v, v < 10 ? digits : 0)),
          },
        ],
        series: [
          {},
          ...(series.map(({ name, color: stroke, kind = 'line' }) => ({
            label: name,
            stroke: color(stroke),
            fill:
              kind === 'bars'
                ? `${color(stroke)}`
                : kind === 'line' && series.length === 1
                  ? `${color(stroke)}1f`
                  : undefined,
            width: kind === 'bars' ? 0 : 1.5,
            spanGaps: true,
            points:
              kind === 'points' ? { show: true, size: 6, fill: color(stroke) } : { show: times.length === 1, size: 6 },
            ...(kind === 'bars' ? { paths: uPlot.paths.bars!({ size: [0.6, 28] }) } : {}),
            ...(kind === 'steps' ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
          })) as uPlot.Series[]),
        ],
      },
      data,
      element,
    )
    plot.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: heightPx }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.destroy()
    }
  }, [shape, theme.value, shownLanguage()])

  useEffect(() => {
    plot.current?.setData(data)
  }, [times, ...series.map(({ values }) => values)])

  return (
    <figure class="chart">
      <figcaption>{props.title}</figcaption>
      <div
        ref={box}
        role="img"
        aria-label={`${props.title}. ${props.summary}`}
        style={{ minHeight: `${heightPx}px` }}
      />
      {times.length === 0 && <div class="no-data">{t('chart.empty')}</div>}
    </figure>
  )
}

const around = (min: number | null | undefined, max: number | null | undefined): [number, number] => {
  if (min === null || min === undefined || max === null || max === undefined) return [0, 1]
  const room = (max - min) * 0.2 || Math.abs(max) * 0.1 || 1
  return [Math.max(0, min - room), max + room]
}

/** Room above the highest value, and an axis where there is none. */
const niceTop = (max: number | null | undefined) => (max === null || max === undefined || max <= 0 ? 1 : max * 1.1)

/** Between two marks of an axis of whole numbers. */
const wholeSteps = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].flatMap((power) => [power, 2 * power, 5 * power])

/** Seconds between two marks of the time axis: under one they would all be called the same. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200].concat(
  [1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365].map((days) => days * 86_400),
)

const timeLabel = (splits: readonly number[]) => {
  const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0)
  const options: Intl.DateTimeFormatOptions =
    span > 2 * 86_400
      ? { month: 'short', day: 'numeric' }
      : span > 600
        ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
        : { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
  const format = new Intl.DateTimeFormat(shownLanguage(), options)
  return (seconds: number) => format.format(seconds * 1000)
}
