import { commonTexts } from '#portal-texts/kit.ts';
import { draftBarTexts } from '#portal-texts/rules.ts';
import { fill, fillNodes } from '../../kit/fill.ts';
import { useState } from 'react';
import type { RuleSet } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Button, Notice, Time } from '../../kit/parts.tsx';
import { useScene } from '../../shell/tenant.tsx';
import { Differences } from './differences.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { RefuseDialog, RequestWords } from './request-bar.tsx';
import type { RuleSetTools } from './use-rule-set.ts';

/** What the draft would change, and what can be done with it. */
export function DraftBar({
  ruleSet,
  tools: { save, discard },
  tools,
  tryOut,
}: {
  readonly ruleSet: RuleSet;
  readonly tools: RuleSetTools;
  readonly tryOut: () => void;
}) {
  const mayChange = useScene().may('configuration:change');
  const [opened, setOpened] = useState<'publish' | 'refuse'>();
  const { draft, live, needsTwoPeople } = ruleSet;
  if (draft === undefined) return null;
  const { request } = draft;
  const isAsking = needsTwoPeople && request === undefined;
  const mayPublish = !needsTwoPeople || (request !== undefined && !draft.isOwn);
  const close = () => setOpened(undefined);
  return (
    <section className="DraftBar" aria-label={draftBarTexts.draft} data-tone={draft.isBehind ? 'bad' : 'wait'}>
      <div className="DraftTop">
        <p>
          <strong>{draft.isBehind ? draftBarTexts.liveChanged : draftBarTexts.draftNotPublished}</strong>{' '}
          <span className="Faint">
            {fillNodes(draftBarTexts.changedBy, {
              changedAt: <Time at={draft.changedAt} isRelative />,
              changedBy: draft.changedBy,
            })}
          </span>
        </p>
        <span className="Row">
          <Button onClick={tryOut}>{draftBarTexts.tryItOut}</Button>
          {mayChange ? (
            <>
              <Button isBusy={discard.isPending} onClick={() => discard.mutate(draft.revision)}>
                {commonTexts.discard}
              </Button>
              {request === undefined ? null : (
                <Button onClick={() => setOpened('refuse')}>
                  {draft.isOwn ? draftBarTexts.takeBack : draftBarTexts.refuse}
                </Button>
              )}
              {draft.isBehind ? (
                <Button
                  look="main"
                  isBusy={save.isPending}
                  onClick={() => save.mutate({ seen: ruleSet, wanted: draft, onto: live.version })}
                >
                  {fill(draftBarTexts.keepForVersion, { version: live.version })}
                </Button>
              ) : mayPublish || isAsking ? (
                <Button look="main" onClick={() => setOpened('publish')}>
                  {isAsking ? draftBarTexts.askForPublication : draftBarTexts.publish}
                </Button>
              ) : null}
            </>
          ) : null}
        </span>
      </div>
      {draft.isBehind ? (
        <p>{fill(draftBarTexts.liveChangedText, { baseVersion: draft.baseVersion, version: live.version })}</p>
      ) : null}
      <RequestWords draft={draft} />
      <Differences of={draft.changes} />
      {save.error !== null && draft.isBehind ? <Notice tone="bad">{wordsOf(save.error)}</Notice> : null}
      {opened === 'publish' ? (
        <PublishDialog ruleSet={ruleSet} draft={draft} tools={tools} isAsking={isAsking} close={close} />
      ) : opened === 'refuse' ? (
        <RefuseDialog draft={draft} tools={tools} close={close} />
      ) : null}
    </section>
  );
}
