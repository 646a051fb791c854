import { homeTexts } from '#portal-texts/home.ts';
import { fill, fillNodes } from '../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense, lazy } from 'react';
import type { ReactNode } from 'react';
import { queryOf } from '../api/call.ts';
import type { ActionState, Home } from '../api/types.ts';
import { Empty, Failure, PageHead, Skeleton, Time } from '../kit/parts.tsx';
import { clockTime } from '../kit/times.ts';
import { countWords, methodWords, numberWords, spaced, states } from '../kit/words.ts';
import { useScene } from '../shell/tenant.tsx';
import type { ActivityFilter } from './activity-filter.ts';

const FirstSteps = lazy(() => import('./first-steps.tsx').then((found) => ({ default: found.FirstSteps })));
const Chart = lazy(() => import('./chart.tsx').then((found) => ({ default: found.Chart })));

const ranges = [
  ['24', homeTexts.last24Hours],
  ['168', homeTexts.last7Days],
  ['720', homeTexts.last30Days],
  ['2160', homeTexts.last90Days],
] as const;
// What was decided, which is not where the action stands now.
const decisions = [
  ['ALLOW', homeTexts.allowed],
  ['CHALLENGE_REQUIRED', homeTexts.challenged],
  ['REVIEW_REQUIRED', homeTexts.sentToReview],
  ['BLOCK', homeTexts.blocked],
] as const satisfies readonly (readonly [ActionState, string])[];
// Further back a search of all users does not reach at once.
const searchableHours = 31 * 24;

export function HomeScreen() {
  const { tenant, portal } = useScene();
  const { tenantId } = tenant;
  const navigate = useNavigate();
  const given = useSearch({ from: '/t/$tenantId/' }).hours;
  const hours = ranges.find(([name]) => name === given)?.[0] ?? '24';
  const { data, error, refetch } = useQuery({
    queryKey: [tenantId, 'home', hours],
    queryFn: ({ signal }) => portal<Home>('GET', `/home${queryOf({ hours })}`, undefined, signal),
    placeholderData: (before) => before,
  });
  return (
    <div className="Page">
      <PageHead title={homeTexts.home}>
        <div className="Segments" role="group" aria-label={homeTexts.range}>
          {ranges.map(([name, words]) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === hours}
              onClick={() =>
                void navigate({
                  to: '/t/$tenantId',
                  params: { tenantId },
                  search: name === '24' ? {} : { hours: name },
                  replace: true,
                })
              }
            >
              {words}
            </button>
          ))}
        </div>
      </PageHead>
      <Suspense fallback={null}>
        <FirstSteps />
      </Suspense>
      {data !== undefined ? (
        <Figures home={data} hours={Number(hours)} />
      ) : error === null ? (
        <Skeleton label={homeTexts.figuresLoading} lines={10} />
      ) : (
        <Failure error={error} title={homeTexts.figuresNotLoaded} retry={() => void refetch()} />
      )}
    </div>
  );
}

function Figures({ home, hours }: { readonly home: Home; readonly hours: number }) {
  const { tenantId } = useScene().tenant;
  const decided = sum(home.actions);
  const since: ActivityFilter = hours <= searchableHours ? { from: home.from } : {};
  const proofs = Object.entries(home.proofs).sort(([, left], [, right]) => all(right) - all(left));
  const tried = proofs.reduce((total, [, proof]) => total + all(proof), 0);
  const accepted = proofs.reduce((total, [, proof]) => total + proof.accepted, 0);
  const unknown = Object.entries(home.actions).filter(([name]) => !decisions.some(([state]) => state === name));

  if (decided === 0 && home.waitingReviews === 0) {
    return (
      <Empty title={homeTexts.nothingDecided}>
        <p>{homeTexts.nothingDecidedText}</p>
        <Link className="Button Button-main" to="/t/$tenantId/activity" params={{ tenantId }}>
          {homeTexts.watchActivity}
        </Link>
      </Empty>
    );
  }
  return (
    <>
      <div className="Tiles">
        <Tile words={homeTexts.decided} value={numberWords(decided)}>
          <Link to="/t/$tenantId/activity" params={{ tenantId }} search={since}>
            {homeTexts.activity}
          </Link>
        </Tile>
        <Tile
          words={homeTexts.waitingForReview}
          value={countWords(home.waitingReviews)}
          tone={home.waitingReviews > 0 ? 'review' : undefined}
        >
          <Link to="/t/$tenantId/reviews" params={{ tenantId }}>
            {homeTexts.reviewQueue}
          </Link>
        </Tile>
        <Tile words={homeTexts.proofsAccepted} value={tried === 0 ? '–' : percent(accepted, tried)}>
          <span className="Faint">{fill(homeTexts.tried, { tried: numberWords(tried) })}</span>
        </Tile>
        <Tile words={homeTexts.blocked} value={numberWords(home.actions['BLOCK'] ?? 0)}>
          <Link to="/t/$tenantId/activity" params={{ tenantId }} search={{ ...since, state: 'BLOCK' }}>
            {homeTexts.blockedActions}
          </Link>
        </Tile>
        <Tile
          words={homeTexts.lockouts}
          value={numberWords(home.lockouts)}
          tone={home.lockouts > 0 ? 'wait' : undefined}
        >
          <span className="Faint">{homeTexts.lockoutsNote}</span>
        </Tile>
      </div>
      <section className="Card Card-wide">
        <h2>{homeTexts.decisions}</h2>
        <div className="ChartBox">
          <Suspense fallback={<Skeleton label={homeTexts.chartLoading} lines={1} />}>
            <Chart home={home} hours={hours} />
          </Suspense>
        </div>
      </section>
      <div className="Columns Columns-3">
        <section className="Card">
          <h2>{homeTexts.byOutcome}</h2>
          <ul className="Bars">
            {decisions.map(([state, words]) => (
              <Bar key={state} words={words} tone={states[state].tone} value={home.actions[state] ?? 0} of={decided}>
                <Link to="/t/$tenantId/activity" params={{ tenantId }} search={{ ...since, state }}>
                  {words}
                </Link>
              </Bar>
            ))}
            {unknown.map(([name, value]) => (
              <Bar key={name} words={spaced(name)} tone="calm" value={value} of={decided}>
                {spaced(name)}
              </Bar>
            ))}
          </ul>
          <p className="Note">{homeTexts.outcomesNote}</p>
        </section>
        <section className="Card">
          <h2>{homeTexts.proofsAcceptedByMethod}</h2>
          {proofs.length === 0 ? (
            <p className="Faint">{homeTexts.noProofs}</p>
          ) : (
            <ul className="Bars">
              {proofs.map(([method, proof]) => (
                <Bar
                  key={method}
                  words={methodWords(method)}
                  tone="good"
                  value={proof.accepted}
                  of={all(proof)}
                  shown={fill(homeTexts.shareOf, {
                    share: percent(proof.accepted, all(proof)),
                    all: numberWords(all(proof)),
                  })}
                >
                  <Link to="/t/$tenantId/activity" params={{ tenantId }} search={{ ...since, method }}>
                    {methodWords(method)}
                  </Link>
                </Bar>
              ))}
            </ul>
          )}
        </section>
        <section className="Card">
          <h2>{homeTexts.messages}</h2>
          {sum(home.sends) === 0 ? (
            <p className="Faint">{homeTexts.nothingSent}</p>
          ) : (
            <ul className="Bars">
              {Object.entries(home.sends).map(([name, value]) => (
                <Bar
                  key={name}
                  words={spaced(name)}
                  tone={name === 'taken' ? 'good' : 'wait'}
                  value={value}
                  of={sum(home.sends)}
                >
                  {name === 'taken' ? homeTexts.taken : spaced(name)}
                </Bar>
              ))}
            </ul>
          )}
        </section>
      </div>
      <p className="Note">
        {fillNodes(homeTexts.countedNote, { from: clockTime(home.from), to: <Time at={home.to} /> })}
      </p>
    </>
  );
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, one) => total + one, 0);
const all = ({ accepted, refused }: { readonly accepted: number; readonly refused: number }) => accepted + refused;

function percent(part: number, of: number): string {
  const share = (100 * part) / of;
  // 100 % and 0 % are said only if they are true.
  if (part < of && share > 99.9) return '99.9 %';
  return `${share.toFixed(share === 100 || share === 0 ? 0 : 1)} %`;
}

function Tile({
  words,
  value,
  tone,
  children,
}: {
  readonly words: string;
  readonly value: string;
  readonly tone?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <div className="Tile" data-tone={tone}>
      <h2>{words}</h2>
      <p className="TileValue">{value}</p>
      <p className="TileMore">{children}</p>
    </div>
  );
}

function Bar({
  words,
  tone,
  value,
  of,
  shown,
  children,
}: {
  readonly words: string;
  readonly tone: string;
  readonly value: number;
  readonly of: number;
  readonly shown?: string;
  readonly children: ReactNode;
}) {
  return (
    <li className="Bar">
      <span className="BarWords">
        <span className="Cut">{children}</span>
        <span className="Number">{shown ?? numberWords(value)}</span>
      </span>
      <meter aria-label={words} data-tone={tone} min={0} max={of} value={value} />
    </li>
  );
}
