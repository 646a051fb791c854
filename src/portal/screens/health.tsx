import { healthTexts } from '#portal-texts/health.ts';
import { fill, fillNodes } from '../kit/fill.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Finding, Health } from '../api/types.ts';
import { isAttended } from '../kit/attended.ts';
import { wordsOf } from '../api/words-of.ts';
import { Failure, Notice, PageHead, Skeleton, Tag, Time } from '../kit/parts.tsx';
import { spaced } from '../kit/words.ts';
import { useScene } from '../shell/tenant.tsx';

const pollMs = 30_000;
const states = {
  ok: { tone: 'good', words: healthTexts.well },
  warning: { tone: 'wait', words: healthTexts.toLookAt },
  fault: { tone: 'bad', words: healthTexts.fault },
} as const;
const jobStates = { fine: 'good', running: 'good', new: 'calm', late: 'bad', failed: 'bad' } as const;

/** What is well for the tenant and what is not; for those who run the server, of the whole installation too. */
export function HealthScreen() {
  const { tenant, portal } = useScene();
  const { data, error, refetch } = useQuery({
    queryKey: [tenant.tenantId, 'health'],
    queryFn: ({ signal }) => portal<Health>('GET', '/health', undefined, signal),
    refetchInterval: () => (isAttended() ? pollMs : false),
  });
  return (
    <div className="Page">
      <PageHead title={healthTexts.health}>
        {data === undefined ? null : (
          <span className="Faint">{fillNodes(healthTexts.asOf, { checkedAt: <Time at={data.checkedAt} /> })}</span>
        )}
      </PageHead>
      {data === undefined ? (
        error === null ? (
          <Skeleton label={healthTexts.stateLoading} />
        ) : (
          <Failure error={error} title={healthTexts.stateNotLoaded} retry={() => void refetch()} />
        )
      ) : (
        <>
          <div role="alert">
            {error === null ? null : <Notice tone="bad">{fill(healthTexts.stale, { error: wordsOf(error) })}</Notice>}
          </div>
          <section className="Card Card-wide" aria-label={healthTexts.thisTenant}>
            <h2>{tenant.name}</h2>
            <Findings of={data.tenant} />
          </section>
          {data.installation === undefined ? null : <Installation installation={data.installation} />}
        </>
      )}
    </div>
  );
}

/** What is not well comes first. */
const rank = { fault: 0, warning: 1, ok: 2 } as const;

function Findings({ of }: { readonly of: readonly Finding[] }) {
  const { tenantId } = useScene().tenant;
  return (
    <ul className="Things">
      {of
        .toSorted((one, other) => rank[one.state] - rank[other.state])
        .map(({ area, state, text, at, fix, place }, index) => (
          <li key={`${area}-${index}`}>
            <div className="ThingMain ThingStack">
              <span>
                <strong>{spaced(area)}</strong> {text} {at === undefined ? null : <Time at={at} isRelative />}
              </span>
              {fix === undefined ? null : <span className="Faint">{fix}</span>}
            </div>
            {place === undefined ? null : (
              <Link className="Button" to={`/t/$tenantId${place}` as '/t/$tenantId'} params={{ tenantId }}>
                {healthTexts.open}
              </Link>
            )}
            <Tag tone={states[state].tone}>{states[state].words}</Tag>
          </li>
        ))}
    </ul>
  );
}

function Installation({ installation }: { readonly installation: NonNullable<Health['installation']> }) {
  const { version, database, findings, jobs } = installation;
  return (
    <section className="Card Card-wide" aria-label={healthTexts.thisInstallation}>
      <h2>{healthTexts.thisInstallation}</h2>
      <p className="Faint">
        {version === undefined || database === undefined ? null : (
          <>{fill(healthTexts.versionOnDatabase, { version, database })} </>
        )}
        {healthTexts.installationNote}
      </p>
      <Findings of={findings} />
      {jobs.length === 0 ? null : (
        <details className="Above">
          <summary>{fill(healthTexts.jobs, { count: jobs.length })}</summary>
          <ul className="Things">
            {jobs.map(({ name, everySeconds, state, endedAt }) => (
              <li key={name}>
                <div className="ThingMain ThingStack">
                  <strong>{name}</strong>
                  <span className="Faint">
                    {endedAt === undefined
                      ? fill(healthTexts.jobNeverEnded, { seconds: everySeconds })
                      : fillNodes(healthTexts.jobEnded, {
                          seconds: everySeconds,
                          ended: <Time at={endedAt} isRelative />,
                        })}
                  </span>
                </div>
                <Tag tone={jobStates[state]}>{spaced(state)}</Tag>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
