/** Why an action was decided as it was. */
import { Check, ChevronRight, CircleHelp, Minus, X } from 'lucide-react';
import { useState } from 'react';
import type { ActionDetail, Leaf, RuleReasons } from '../api/types.ts';
import { conditionsAway } from './near-misses.ts';
import { Empty, Notice, OutcomeBadge, Tag, textOf } from './parts.tsx';
import { outcomeOf, plural } from './words.ts';

type Decision = ActionDetail['decision'];

/** The decision in words, and what stands in the way of trusting them. */
export function DecisionWords({
  decision,
  today,
}: {
  readonly decision: Decision;
  readonly today: ActionDetail['today'];
}) {
  return (
    <section className="Decision" aria-label="Decision">
      <div className="DecisionTop">
        <OutcomeBadge outcome={decision.outcome} />
        <p>{decision.words.length === 0 ? `The outcome is ${decision.outcome}.` : decision.words.join(' ')}</p>
      </div>
      {decision.isReproduced === false ? (
        <Notice tone="bad">
          Computing the decision again from its record gives another outcome. Tell whoever runs Sallyport: this should
          not happen.
        </Notice>
      ) : null}
      {decision.ruleSet.isKept ? null : (
        <Notice tone="wait">The rules that decided are no longer kept, so this shows only what was recorded.</Notice>
      )}
      {decision.isCappedAtChallenge ? (
        <Notice tone="calm">
          Rules that could not be computed asked for more, but the user can verify: a challenge was enough.
        </Notice>
      ) : null}
      {today === undefined || today.isSameRuleSet ? null : (
        <Notice tone="wait">
          <strong>The rules have changed since.</strong>{' '}
          {today.outcome === undefined ? null : today.outcome === decision.outcome ? (
            <>Today they would decide the same: {outcomeOf(today.outcome).words.toLowerCase()}. </>
          ) : (
            <>
              Today they would decide: <OutcomeBadge outcome={today.outcome} />.{' '}
            </>
          )}
          {today.words.join(' ')}
        </Notice>
      )}
    </section>
  );
}

/** A rule of which it may be that too little was recorded to say whether it matched. */
type ToldRule = RuleReasons & { readonly isUnrecorded?: boolean };

interface ToldRules {
  readonly rules: readonly ToldRule[];
  readonly decidingRuleId?: string | undefined;
  readonly ruleSet: Pick<Decision['ruleSet'], 'isKept'>;
}

/** Every rule as it was, the one that decided first in sight. */
export function RuleList({ decision }: { readonly decision: ToldRules }) {
  if (decision.rules.length === 0) {
    return (
      <Empty title={decision.ruleSet.isKept ? 'No rule was active' : 'The rules are no longer kept'}>
        <p>
          {decision.ruleSet.isKept
            ? 'The default of the action decided. Add a rule to decide by what is known of the user, the device and the address.'
            : 'Rule sets are kept as long as actions that they decided. This one is older.'}
        </p>
      </Empty>
    );
  }
  return (
    <ol className="RuleList">
      {decision.rules.map((rule) => (
        <Rule key={rule.ruleId} rule={rule} isDeciding={rule.ruleId === decision.decidingRuleId} />
      ))}
    </ol>
  );
}

function Rule({ rule, isDeciding }: { readonly rule: ToldRule; readonly isDeciding: boolean }) {
  const away = conditionsAway(rule);
  // A rule of one condition is always that far away, which tells nothing.
  const isNear = rule.status !== 'matched' && away === 1 && rule.leaves.some(({ result }) => result === true);
  const [isOpen, setOpen] = useState(isDeciding || isNear);
  const Icon = rule.status === 'matched' ? Check : rule.status === 'unknown' ? CircleHelp : Minus;
  return (
    <li className="Rule" data-status={rule.status} data-deciding={isDeciding}>
      <button type="button" className="RuleHead" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight size={14} className="Turn" aria-hidden />
        <Icon size={15} className="RuleIcon" aria-hidden />
        <span className="RuleName">{rule.name}</span>
        {isDeciding ? <Tag tone="main">Decided</Tag> : null}
        {isNear ? <Tag tone="wait">Near miss</Tag> : null}
        <span className="RuleStatus">
          {rule.status === 'matched'
            ? 'Matched'
            : rule.isUnrecorded === true
              ? 'Cannot be said'
              : rule.status === 'unknown'
                ? 'Could not be computed'
                : away === undefined
                  ? 'Did not match'
                  : `${plural(away, 'condition')} away`}
        </span>
        <OutcomeBadge outcome={rule.outcome} />
      </button>
      {isOpen ? (
        <div className="RuleBody">
          {rule.fault === null ? null : <Notice tone="bad">The rule failed: {rule.fault}</Notice>}
          {rule.leaves.length === 0 && rule.fault === null ? (
            <p className="Faint">
              {rule.status === 'matched'
                ? 'It has no conditions, so it always matches.'
                : 'It is too large to be explained.'}
            </p>
          ) : null}
          <ul className="Leaves">
            {rule.leaves.map((leaf) => (
              <LeafLine key={leaf.place} leaf={leaf} isMissing={isNear && leaf.result !== true} />
            ))}
          </ul>
        </div>
      ) : null}
    </li>
  );
}

function LeafLine({ leaf, isMissing }: { readonly leaf: Leaf; readonly isMissing: boolean }) {
  const words = leaf.result === true ? 'Held' : leaf.result === false ? 'Did not hold' : 'Unknown';
  const Icon = leaf.result === true ? Check : leaf.result === false ? X : CircleHelp;
  return (
    <li className="Leaf" data-result={String(leaf.result)} data-decisive={leaf.isDecisive}>
      <Icon size={14} role="img" aria-label={words} />
      <code>{leaf.text}</code>
      {leaf.isDecisive ? <Tag tone="main">Decisive</Tag> : isMissing ? <Tag tone="wait">Missing</Tag> : null}
    </li>
  );
}

/** The values that the rules read. */
export function ReadValues({ decision }: { readonly decision: Decision }) {
  const values = [
    ...decision.facts.map(({ path, value, status, origin }) => ({ name: path, value, status, note: origin })),
    ...decision.history.map(({ question, value, status }) => ({ name: question, value, status, note: 'the past' })),
  ];
  if (values.length === 0) return <p className="Faint">The rules read nothing.</p>;
  return (
    <table className="Plain">
      <thead>
        <tr>
          <th scope="col">Read</th>
          <th scope="col">Value</th>
          <th scope="col">From</th>
        </tr>
      </thead>
      <tbody>
        {values.map(({ name, value, status, note }) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>
              {status === 'known' ? <code className="Value">{textOf(value)}</code> : <Tag tone="wait">{status}</Tag>}
            </td>
            <td className="Faint">{note.replaceAll('`', '')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
