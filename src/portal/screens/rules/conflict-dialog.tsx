import { conflictDialogTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
import type { RuleSet, Stated } from '../../api/types.ts';
import { Modal } from '../../kit/modal.tsx';
import { Button, OutcomeBadge, Tag } from '../../kit/parts.tsx';
import { outcomeOf } from '../../kit/words.ts';
import { conditionWords } from './condition-words.ts';
import { nextRules } from './use-rule-set.ts';
import type { RuleSetTools, Wanted } from './use-rule-set.ts';

/** Somebody changed the draft meanwhile: both are shown, and neither is overwritten unseen. */
export function ConflictDialog({
  ruleSet,
  mine,
  tools: { save, settleConflict },
}: {
  readonly ruleSet: RuleSet;
  readonly mine: Wanted;
  readonly tools: RuleSetTools;
}) {
  const who = ruleSet.draft?.changedBy;
  return (
    <Modal
      isOpen
      close={settleConflict}
      size="large"
      title={conflictDialogTexts.title}
      text={who === undefined ? conflictDialogTexts.gone : fill(conflictDialogTexts.changed, { who })}
    >
      <div className="Columns">
        <Side
          title={who === undefined ? conflictDialogTexts.liveNow : fill(conflictDialogTexts.asLeftBy, { who })}
          stated={nextRules(ruleSet)}
        />
        <Side title={conflictDialogTexts.asYouWantIt} stated={mine} />
      </div>
      <div className="ModalEnd">
        <Button
          onClick={() => {
            save.reset();
            settleConflict();
          }}
        >
          {conflictDialogTexts.keepTheOtherOne}
        </Button>
        <Button
          look="main"
          isBusy={save.isPending}
          onClick={() => save.mutate({ seen: ruleSet, wanted: mine }, { onSuccess: settleConflict })}
        >
          {conflictDialogTexts.saveMineInstead}
        </Button>
      </div>
    </Modal>
  );
}

/** Rules in a few lines. */
export function Side({ title, stated }: { readonly title: string; readonly stated: Stated | Wanted }) {
  const rules = [...stated.rules].sort((a, b) => a.priority - b.priority);
  return (
    <section className="SideBySide">
      <h3>{title}</h3>
      <ol>
        {rules.map((rule, at) => (
          <li key={rule.ruleId ?? at}>
            <div>
              <strong>{rule.name}</strong> {rule.isActive ? null : <Tag>{conflictDialogTexts.off}</Tag>}{' '}
              <OutcomeBadge outcome={rule.type} />
            </div>
            <span className="Faint">{conditionWords(rule.conditions ?? null)}</span>
          </li>
        ))}
      </ol>
      <p className="Faint">
        {fill(conflictDialogTexts.otherwise, { outcome: outcomeOf(stated.defaultOutcome).words })}
      </p>
    </section>
  );
}
