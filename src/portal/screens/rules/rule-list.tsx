import { commonTexts } from '#portal-texts/kit.ts';
import { ruleListTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
import { ArrowDown, ArrowUp, GripVertical, Pencil, Plus, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { RuleSet, StatedRule } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Modal } from '../../kit/modal.tsx';
import { Button, Empty, IconButton, Notice, OutcomeBadge, Tag } from '../../kit/parts.tsx';
import { outcomeOf } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { conditionWords } from './condition-words.ts';
import { inOrder, moveRule } from './rule-order.ts';
import { nextRules } from './use-rule-set.ts';
import type { RuleSetTools } from './use-rule-set.ts';

export const outcomeNames = ['ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK'] as const;

/** The rules in the order in which they decide, with the default at their end. What is changed here is changed in the draft. */
export function RuleList({
  ruleSet,
  tools: { save },
  open,
}: {
  readonly ruleSet: RuleSet;
  readonly tools: RuleSetTools;
  readonly open: (ruleId: string) => void;
}) {
  const mayChange = useScene().may('configuration:change');
  const stated = nextRules(ruleSet);
  const rules = inOrder(stated.rules);
  const [dragged, setDragged] = useState<number>();
  const [over, setOver] = useState<number>();
  const [removing, setRemoving] = useState<StatedRule>();
  const [said, setSaid] = useState('');
  const keep = (next: readonly StatedRule[], defaultOutcome = stated.defaultOutcome) => {
    if (!save.isPending) save.mutate({ seen: ruleSet, wanted: { defaultOutcome, rules: next } });
  };
  const change = (ruleId: string, changes: Partial<StatedRule>) =>
    keep(rules.map((rule) => (rule.ruleId === ruleId ? { ...rule, ...changes } : rule)));
  const move = (from: number, to: number) => {
    const rule = rules[from];
    if (rule === undefined || from === to || to < 0 || to >= rules.length) return;
    keep(moveRule(rules, from, to));
    setSaid(fill(ruleListTexts.moved, { name: rule.name, at: to + 1, rules: rules.length }));
  };
  const endDrag = () => {
    setDragged(undefined);
    setOver(undefined);
  };
  return (
    <section aria-label={ruleListTexts.rules}>
      <div className="RulesHead">
        <p className="Faint">{ruleListTexts.text}</p>
        {mayChange ? (
          <Button look={ruleSet.draft === undefined ? 'main' : 'plain'} onClick={() => open('new')}>
            <Plus size={14} aria-hidden />
            {ruleListTexts.newRule}
          </Button>
        ) : null}
      </div>
      {save.error === null ? null : <Notice tone="bad">{wordsOf(save.error)}</Notice>}
      {rules.length === 0 ? (
        <Empty title={ruleListTexts.noRulesYet}>
          <p>{ruleListTexts.noRulesYetText}</p>
        </Empty>
      ) : (
        <ol className="RuleRows">
          {rules.map((rule, at) => (
            <li
              key={rule.ruleId}
              className="RuleRow"
              data-off={!rule.isActive}
              data-over={
                over === at && dragged !== undefined && dragged !== at ? (dragged < at ? 'after' : 'before') : undefined
              }
              draggable={mayChange}
              onDragStart={(event) => {
                event.dataTransfer.effectAllowed = 'move';
                event.dataTransfer.setData('text/plain', rule.name);
                setDragged(at);
              }}
              onDragEnd={endDrag}
              onDragOver={(event) => {
                if (dragged === undefined) return;
                event.preventDefault();
                setOver(at);
              }}
              onDrop={(event) => {
                event.preventDefault();
                if (dragged !== undefined) move(dragged, at);
                endDrag();
              }}
            >
              {mayChange ? <GripVertical size={14} className="RuleGrip" aria-hidden /> : null}
              <span className="RulePlace Number">{at + 1}</span>
              <div className="RuleMain">
                <strong>
                  {rule.name} {rule.isActive ? null : <Tag>{ruleListTexts.off}</Tag>}
                  <Warned ruleSet={ruleSet} ruleId={rule.ruleId} />
                </strong>
                <span className="Faint">{conditionWords(rule.conditions ?? null)}</span>
              </div>
              <OutcomeBadge outcome={rule.type} />
              {mayChange ? (
                <span className="RuleTools">
                  <IconButton
                    label={fill(ruleListTexts.moveUp, { name: rule.name })}
                    aria-disabled={at === 0}
                    onClick={() => move(at, at - 1)}
                  >
                    <ArrowUp size={14} aria-hidden />
                  </IconButton>
                  <IconButton
                    label={fill(ruleListTexts.moveDown, { name: rule.name })}
                    aria-disabled={at === rules.length - 1}
                    onClick={() => move(at, at + 1)}
                  >
                    <ArrowDown size={14} aria-hidden />
                  </IconButton>
                  <button
                    type="button"
                    role="switch"
                    className="Switch"
                    aria-checked={rule.isActive}
                    aria-label={fill(ruleListTexts.switchedOnNamed, { name: rule.name })}
                    onClick={() => change(rule.ruleId, { isActive: !rule.isActive })}
                  />
                  <IconButton
                    label={fill(ruleListTexts.editNamed, { name: rule.name })}
                    onClick={() => open(rule.ruleId)}
                  >
                    <Pencil size={14} aria-hidden />
                  </IconButton>
                  <IconButton
                    label={fill(ruleListTexts.removeNamed, { name: rule.name })}
                    onClick={() => setRemoving(rule)}
                  >
                    <Trash2 size={14} aria-hidden />
                  </IconButton>
                </span>
              ) : null}
            </li>
          ))}
        </ol>
      )}
      <p className="Hidden" role="status">
        {said}
      </p>
      <label className="RuleDefault">
        <span>{ruleListTexts.ifNoRuleMatches}</span>
        {mayChange ? (
          <select
            className="Field Select"
            value={stated.defaultOutcome}
            onChange={(event) => keep(rules, event.target.value as RuleSet['live']['defaultOutcome'])}
          >
            {outcomeNames.map((name) => (
              <option key={name} value={name}>
                {outcomeOf(name).words}
              </option>
            ))}
          </select>
        ) : (
          <OutcomeBadge outcome={stated.defaultOutcome} />
        )}
      </label>
      <Modal
        isOpen={removing !== undefined}
        close={() => setRemoving(undefined)}
        title={fill(ruleListTexts.removeTitle, { name: removing?.name ?? '' })}
        text={ruleListTexts.removeText}
      >
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => setRemoving(undefined)}>
            {commonTexts.cancel}
          </Button>
          <Button
            look="danger"
            onClick={() => {
              keep(rules.filter(({ ruleId }) => ruleId !== removing?.ruleId));
              setRemoving(undefined);
            }}
          >
            {ruleListTexts.removeButton}
          </Button>
        </div>
      </Modal>
    </section>
  );
}

function Warned({ ruleSet: { warnings }, ruleId }: { readonly ruleSet: RuleSet; readonly ruleId: string }) {
  const own = warnings.filter((warning) => warning.ruleId === ruleId);
  if (own.length === 0) return null;
  const words = own.map(({ message }) => message).join('\n');
  return (
    <span className="RuleWarned" title={words}>
      <TriangleAlert size={13} aria-hidden />
      <span className="Hidden">{fill(ruleListTexts.warning, { words })}</span>
    </span>
  );
}
