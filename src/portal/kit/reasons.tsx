/** Why an action was decided as it was. */
import { reasonsTexts } from '#portal-texts/reasons.ts';
import { counted, fill, fillNodes } from './fill.ts';
import { Check, ChevronRight, CircleHelp, Minus, X } from 'lucide-react';
import { useState } from 'react';
import type { ActionDetail, Leaf, RuleReasons } from '../api/types.ts';
import { conditionsAway } from './near-misses.ts';
import { Empty, Notice, OutcomeBadge, Tag, textOf } from './parts.tsx';
import { outcomeOf } from './words.ts';

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
    <section className="Decision" aria-label={reasonsTexts.decision}>
      <div className="DecisionTop">
        <OutcomeBadge outcome={decision.outcome} />
        <p>
          {decision.words.length === 0
            ? fill(reasonsTexts.theOutcomeIs, { outcome: decision.outcome })
            : decision.words.join(' ')}
        </p>
      </div>
      {decision.isReproduced === false ? <Notice tone="bad">{reasonsTexts.notReproduced}</Notice> : null}
      {decision.ruleSet.isKept ? null : <Notice tone="wait">{reasonsTexts.rulesNotKept}</Notice>}
      {decision.isCappedAtChallenge ? <Notice tone="calm">{reasonsTexts.cappedAtChallenge}</Notice> : null}
      {today === undefined || today.isSameRuleSet ? null : (
        <Notice tone="wait">
          <strong>{reasonsTexts.theRulesHaveChangedSince}</strong>{' '}
          {today.outcome === undefined ? null : today.outcome === decision.outcome ? (
            <>{fill(reasonsTexts.todaySame, { outcome: outcomeOf(today.outcome).words.toLowerCase() })} </>
          ) : (
            <>{fillNodes(reasonsTexts.todayOtherwise, { outcome: <OutcomeBadge outcome={today.outcome} /> })} </>
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
      <Empty title={decision.ruleSet.isKept ? reasonsTexts.noRules : reasonsTexts.rulesGone}>
        <p>{decision.ruleSet.isKept ? reasonsTexts.noRulesText : reasonsTexts.rulesGoneText}</p>
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
        {isDeciding ? <Tag tone="main">{reasonsTexts.decided}</Tag> : null}
        {isNear ? <Tag tone="wait">{reasonsTexts.nearMiss}</Tag> : null}
        <span className="RuleStatus">
          {rule.status === 'matched'
            ? reasonsTexts.matched
            : rule.isUnrecorded === true
              ? reasonsTexts.cannotBeSaid
              : rule.status === 'unknown'
                ? reasonsTexts.couldNotBeComputed
                : away === undefined
                  ? reasonsTexts.didNotMatch
                  : counted(reasonsTexts.conditionsAway, away)}
        </span>
        <OutcomeBadge outcome={rule.outcome} />
      </button>
      {isOpen ? (
        <div className="RuleBody">
          {rule.fault === null ? null : (
            <Notice tone="bad">{fill(reasonsTexts.theRuleFailed, { fault: rule.fault })}</Notice>
          )}
          {rule.leaves.length === 0 && rule.fault === null ? (
            <p className="Faint">{rule.status === 'matched' ? reasonsTexts.noConditions : reasonsTexts.tooLarge}</p>
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
  const words =
    leaf.result === true ? reasonsTexts.held : leaf.result === false ? reasonsTexts.didNotHold : reasonsTexts.unknown;
  const Icon = leaf.result === true ? Check : leaf.result === false ? X : CircleHelp;
  return (
    <li className="Leaf" data-result={String(leaf.result)} data-decisive={leaf.isDecisive}>
      <Icon size={14} role="img" aria-label={words} />
      <code>{leaf.text}</code>
      {leaf.isDecisive ? (
        <Tag tone="main">{reasonsTexts.decisive}</Tag>
      ) : isMissing ? (
        <Tag tone="wait">{reasonsTexts.missing}</Tag>
      ) : null}
    </li>
  );
}

/** The values that the rules read. */
export function ReadValues({ decision }: { readonly decision: Decision }) {
  const values = [
    ...decision.facts.map(({ path, value, status, origin }) => ({ name: path, value, status, note: origin })),
    ...decision.history.map(({ question, value, status }) => ({
      name: question,
      value,
      status,
      note: reasonsTexts.thePast,
    })),
  ];
  if (values.length === 0) return <p className="Faint">{reasonsTexts.nothingRead}</p>;
  return (
    <table className="Plain">
      <thead>
        <tr>
          <th scope="col">{reasonsTexts.read}</th>
          <th scope="col">{reasonsTexts.value}</th>
          <th scope="col">{reasonsTexts.from}</th>
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
