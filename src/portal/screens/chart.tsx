/** Decisions over time, stacked by what was decided. The chart library comes with this chunk alone. */
import { timeLocale } from '#portal-texts/locale.ts';
import { chartTexts } from '#portal-texts/home.ts';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { numberWords } from '../kit/words.ts';
import type { Home } from '../api/types.ts';
import { clockTime, day } from '../kit/times.ts';

// From the axis upwards: what is usual first.
const layers = ['ALLOW', 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED', 'BLOCK'] as const;
const words = {
  ALLOW: chartTexts.allowed,
  CHALLENGE_REQUIRED: chartTexts.challenged,
  REVIEW_REQUIRED: chartTexts.sentToReview,
  BLOCK: chartTexts.blocked,
} as const;
const colors = {
  ALLOW: '--chart-good',
  CHALLENGE_REQUIRED: '--chart-wait',
  REVIEW_REQUIRED: '--chart-review',
  BLOCK: '--chart-bad',
} as const;
const height = 200;
const hourSeconds = 3_600;
// In ranges over 7 days, counts are of days.
const dailyOverHours = 168;

export function Chart({ home, hours }: { readonly home: Home; readonly hours: number }) {
  const box = useRef<HTMLDivElement>(null);
  const step = hours > dailyOverHours ? 24 * hourSeconds : hourSeconds;
  const points = useMemo(() => pointsOf(home, step), [home, step]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(optionsOf(element, step), pointsToData(points), element);
    };
    draw();
    const sizes = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    // Colours are read once, so another theme draws it anew.
    const looks = new MutationObserver(draw);
    looks.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      sizes.disconnect();
      looks.disconnect();
      plot?.destroy();
    };
  }, [points, step]);

  return (
    <>
      <div className="Chart" ref={box} aria-hidden />
      <ul className="Legend" aria-hidden>
        {layers.map((layer) => (
          <li key={layer} data-layer={layer}>
            <i />
            {words[layer]}
          </li>
        ))}
      </ul>
      <details className="ChartTable">
        <summary>{chartTexts.asATable}</summary>
        <div className="Scroll">
          <table className="Plain">
            <thead>
              <tr>
                <th scope="col">{step === hourSeconds ? chartTexts.hour : chartTexts.day}</th>
                {layers.map((layer) => (
                  <th scope="col" key={layer}>
                    {words[layer]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {home.hours.map(({ at, actions }) => (
                <tr key={at}>
                  <th scope="row">{step === hourSeconds ? clockTime(at) : day(at)}</th>
                  {layers.map((layer) => (
                    <td key={layer} className="Number">
                      {numberWords(countIn(actions, layer))}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

const clockForm = new Intl.DateTimeFormat(timeLocale, { hour: '2-digit', minute: '2-digit' });

/** "14:00", or the day at midnight and where each bar is a day. */
function tick(seconds: number, step: number): string {
  const at = new Date(seconds * 1_000);
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
  return step > hourSeconds || isMidnight ? day(at.toISOString()) : clockForm.format(at);
}

interface Point {
  readonly at: number;
  readonly counts: readonly number[];
}

const countIn = (actions: Readonly<Record<string, number>>, layer: string) => actions[layer] ?? 0;

/** Every hour or day of the range, also those without actions. */
function pointsOf(home: Home, step: number): readonly Point[] {
  const seconds = (iso: string) => Math.floor(new Date(iso).getTime() / 1_000 / step) * step;
  const known = new Map(home.hours.map(({ at, actions }) => [seconds(at), actions]));
  const from = seconds(home.from);
  const count = Math.max(0, Math.min(1_000, (seconds(home.to) - from) / step + 1));
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * step;
    const actions = known.get(at) ?? {};
    return { at, counts: layers.map((layer) => countIn(actions, layer)) };
  });
}

/** Each layer on top of those before it; the highest is drawn first. */
function pointsToData(points: readonly Point[]): uPlot.AlignedData {
  const stacked = layers.map((_, layer) =>
    points.map(({ counts }) => counts.slice(0, layer + 1).reduce((total, one) => total + one, 0)),
  );
  return [points.map(({ at }) => at), ...stacked.reverse()];
}

function optionsOf(element: HTMLElement, step: number): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const { bars } = uPlot.paths;
  const paths = bars?.({ size: [0.8, 28], radius: 0 });
  const axis = {
    stroke: color('--text-faint'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_plot, min, max) => [min - step / 2, max + step / 2] },
      y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.08)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        values: (_plot, seconds) => seconds.map((at) => tick(at, step)),
      },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6] },
    ],
    series: [
      {},
      ...[...layers].reverse().map((layer) => ({
        fill: color(colors[layer]),
        width: 0,
        points: { show: false },
        ...(paths === undefined ? {} : { paths }),
      })),
    ],
  };
}
