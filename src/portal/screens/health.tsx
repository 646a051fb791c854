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
  ok: { tone: 'good', words: 'Well' },
  warning: { tone: 'wait', words: 'To be looked at' },
  fault: { tone: 'bad', words: 'Fault' },
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
      <PageHead title="Health">
        {data === undefined ? null : (
          <span className="Faint">
            As of <Time at={data.checkedAt} />
          </span>
        )}
      </PageHead>
      {data === undefined ? (
        error === null ? (
          <Skeleton what="The state is" />
        ) : (
          <Failure error={error} what="The state" retry={() => void refetch()} />
        )
      ) : (
        <>
          <div role="alert">
            {error === null ? null : <Notice tone="bad">This may have changed since. {wordsOf(error)}</Notice>}
          </div>
          <section className="Card Card-wide" aria-label="This tenant">
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
                Open
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
    <section className="Card Card-wide" aria-label="This installation">
      <h2>This installation</h2>
      <p className="Faint">
        {version === undefined ? null : `Sallyport ${version} on ${database}. `}Shown to admins of the tenant that was
        made first.
      </p>
      <Findings of={findings} />
      {jobs.length === 0 ? null : (
        <details className="Above">
          <summary>{jobs.length} jobs</summary>
          <ul className="Things">
            {jobs.map(({ name, everySeconds, state, endedAt }) => (
              <li key={name}>
                <div className="ThingMain ThingStack">
                  <strong>{name}</strong>
                  <span className="Faint">
                    Every {everySeconds} s, ended {endedAt === undefined ? 'never' : <Time at={endedAt} isRelative />}
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
