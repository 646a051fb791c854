import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReplayedAction } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Facts, Notice, OutcomeBadge, Skeleton, Time } from '../../kit/parts.tsx';
import { RuleList } from '../../kit/reasons.tsx';
import { outcomeOf } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { ruleSetPath } from './use-rule-set.ts';

/** One past action decided again by the draft or by the live rules. */
export function ReplayedOne({
  actionCode,
  actionId,
  which,
  revision,
}: {
  readonly actionCode: string;
  readonly actionId: string;
  readonly which: 'draft' | 'live';
  /** Of the rules, so that changed ones are tried again. */
  readonly revision: string;
}) {
  const { tenant, portal } = useScene();
  const { tenantId } = tenant;
  const { data, error } = useQuery({
    queryKey: [tenantId, 'replay-one', actionCode, which, revision, actionId],
    queryFn: ({ signal }) =>
      portal<ReplayedAction>(
        'POST',
        ruleSetPath(actionCode, `/replay/${encodeURIComponent(actionId)}`),
        { which },
        signal,
      ),
    staleTime: 60_000,
    retry: false,
  });
  if (data === undefined) {
    return error === null ? <Skeleton lines={4} what="The action is" /> : <Notice tone="bad">{wordsOf(error)}</Notice>;
  }
  const { was, now, userId, createdAt, rules } = data;
  const isSame = was !== undefined && was.outcome === now?.outcome;
  return (
    <div className="TryResult" role="status">
      <Facts
        of={[
          [
            'Action',
            <span key="action">
              <Link
                className="More"
                to="/t/$tenantId/actions/$actionId"
                params={{ tenantId, actionId: data.actionId }}
                preload={false}
              >
                {userId}
              </Link>{' '}
              <Time at={createdAt} />
            </span>,
          ],
          ['Was decided', was === undefined ? 'Its record cannot be read' : <Decided key="was" by={was} />],
          [
            which === 'draft' ? 'By the draft' : 'By the live rules',
            now === undefined ? (
              'Cannot be said'
            ) : (
              <span key="now">
                <Decided by={now} /> {isSame ? <span className="Faint">The same.</span> : null}
              </span>
            ),
          ],
        ]}
      />
      <Doubts of={data} />
      {data.isLost ? null : (
        <RuleList decision={{ rules, decidingRuleId: now?.rule?.ruleId, ruleSet: { isKept: true } }} />
      )}
    </div>
  );
}

function Decided({ by: { outcome, source, rule } }: { readonly by: NonNullable<ReplayedAction['now']> }) {
  const named = rule === undefined ? 'a rule' : `rule “${rule.name}”`;
  const why = {
    rule: `by ${named}`,
    unknown: `because ${named} could not be computed`,
    default: 'by the default',
    unsaid: 'by which rule cannot be said',
  };
  return (
    <span>
      <OutcomeBadge outcome={outcome} /> {why[source]}
    </span>
  );
}

/** What cannot be said, and what was not recorded as it is shown. */
function Doubts({ of }: { readonly of: ReplayedAction }) {
  const { isLost, possible, unknownReads, computedFacts, namesLists } = of;
  if (isLost) {
    return (
      <Notice tone="wait">
        What it was decided on is gone, or it was decided under another version of the rule language. So nothing can be
        said.
      </Notice>
    );
  }
  return (
    <>
      {possible.length < 2 ? null : (
        <Notice tone="wait">
          It could be {possible.map((outcome) => outcomeOf(outcome).words).join(' or ')}: too little was recorded to say
          more.
        </Notice>
      )}
      <ul className="Differences Faint">
        {unknownReads.length === 0 ? null : <li>Not recorded at the time: {unknownReads.join(', ')}.</li>}
        {computedFacts.length === 0 ? null : (
          <li>Computed from the action itself, with the data files of today: {computedFacts.join(', ')}.</li>
        )}
        {namesLists ? <li>Value lists are as they are now.</li> : null}
      </ul>
    </>
  );
}
