import { locale as portalLocale } from '#portal-texts/locale.ts';
import { commonTexts } from '#portal-texts/kit.ts';
import { actionMessagesTexts } from '#portal-texts/rules.ts';
import { fill, fillNodes } from '../../kit/fill.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ActionConfiguration, MessageCatalogue, Vocabulary } from '../../api/types.ts';
import { ChangedNotice } from '../../kit/changed-meanwhile.tsx';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Empty, Failure, Notice, Skeleton } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { sameText, useGuard } from '../../kit/use-guard.ts';
import { useScene } from '../../shell/tenant.tsx';
import { actionConfigurationKey, actionConfigurationPath, useVocabulary } from './use-rule-set.ts';

type Templates = NonNullable<ActionConfiguration['messagingTemplates']>;

const charactersMax = 1000;
const languages = new Intl.DisplayNames(portalLocale, { type: 'language' });

/** What users confirm, in the tenant's words: pages, mails and texts say it. */
export function ActionMessages({ actionCode }: { readonly actionCode: string }) {
  const { tenant, manage } = useScene();
  const path = actionConfigurationPath(actionCode);
  const configuration = useQuery({
    queryKey: actionConfigurationKey(tenant.tenantId, actionCode),
    queryFn: () => manage<ActionConfiguration>('GET', path),
  });
  const catalogue = useQuery({
    queryKey: [tenant.tenantId, 'message-catalogue'],
    queryFn: () => manage<MessageCatalogue>('GET', '/message-overrides/catalog'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data: vocabulary } = useVocabulary();
  const error = configuration.error ?? catalogue.error;
  if (configuration.data !== undefined && catalogue.data !== undefined) {
    return (
      <Form
        actionCode={actionCode}
        opened={configuration.data.messagingTemplates ?? {}}
        spoken={Object.keys(catalogue.data.points[0]?.defaultCopy ?? { en: '' })}
        dataPoints={vocabulary?.dataPoints ?? []}
      />
    );
  }
  if (error === null) return <Skeleton label={actionMessagesTexts.messagesLoading} />;
  return (
    <Failure
      error={error}
      title={actionMessagesTexts.messagesNotLoaded}
      retry={() => {
        void configuration.refetch();
        void catalogue.refetch();
      }}
    />
  );
}

function Form({
  actionCode,
  opened,
  spoken,
  dataPoints,
}: {
  readonly actionCode: string;
  readonly opened: Templates;
  /** The languages of the pages. */
  readonly spoken: readonly string[];
  readonly dataPoints: Vocabulary['dataPoints'];
}) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const path = actionConfigurationPath(actionCode);
  const [held, setHeld] = useState(opened);
  const guard = useGuard(
    opened,
    async () => (await manage<ActionConfiguration>('GET', path)).messagingTemplates ?? ({} as Templates),
  );
  const begin = (again: Templates) => {
    guard.begin(again);
    setHeld(again);
  };
  const save = useChange(
    async () => {
      await guard.requireUnchanged();
      return manage<ActionConfiguration>('PATCH', path, {
        messagingTemplates: Object.keys(held).length === 0 ? null : held,
      });
    },
    (saved) => {
      begin(saved.messagingTemplates ?? {});
      queries.setQueryData(actionConfigurationKey(tenantId, actionCode), saved);
      tell(actionMessagesTexts.messagesSaved, actionMessagesTexts.messagesSavedText);
    },
  );
  const isFixed = !may('configuration:change');
  const tags = Object.keys(held).sort();
  const others = spoken.filter((tag) => held[tag] === undefined);
  const problem = tags.map((tag) => problemOf(tag, held[tag]?.defaultTemplate ?? '')).find((one) => one !== undefined);
  const set = (tag: string, text: string) => setHeld({ ...held, [tag]: { defaultTemplate: text } });
  const all = [...new Set([...Object.keys(guard.base), ...tags])];
  return (
    <form
      className="Card RuleForm"
      aria-label={actionMessagesTexts.messages}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isFixed && problem === undefined) save.start(undefined);
      }}
    >
      <h2>{actionMessagesTexts.whatUsersConfirm}</h2>
      <p className="Faint">{actionMessagesTexts.text}</p>
      <Link className="More" to="/t/$tenantId/settings/messages" params={{ tenantId }}>
        {actionMessagesTexts.wordsOfThePages}
      </Link>
      {guard.theirs === undefined ? null : (
        <ChangedNotice
          takeTheirs={() => begin(guard.base)}
          differences={all
            .filter((tag) => guard.base[tag]?.defaultTemplate !== held[tag]?.defaultTemplate)
            .map((tag) => ({
              name: nameOf(tag),
              theirs: guard.base[tag]?.defaultTemplate ?? commonTexts.none,
              mine: held[tag]?.defaultTemplate ?? commonTexts.none,
            }))}
        />
      )}
      {tags.length === 0 ? (
        <Empty title={actionMessagesTexts.noMessage}>
          <p>{actionMessagesTexts.noMessageText}</p>
        </Empty>
      ) : (
        tags.map((tag) => (
          <Message
            key={tag}
            tag={tag}
            text={held[tag]?.defaultTemplate ?? ''}
            change={(text) => set(tag, text)}
            remove={() => setHeld(Object.fromEntries(Object.entries(held).filter(([one]) => one !== tag)))}
            dataPoints={dataPoints}
            isFixed={isFixed}
          />
        ))
      )}
      {isFixed || others.length === 0 ? null : (
        <select
          className="Field Select"
          aria-label={actionMessagesTexts.addLanguage}
          value=""
          onChange={(event) => set(event.target.value, '')}
        >
          <option value="">{actionMessagesTexts.chooseLanguage}</option>
          {others.map((tag) => (
            <option key={tag} value={tag}>
              {nameOf(tag)}
            </option>
          ))}
        </select>
      )}
      {held['en'] !== undefined || tags.length === 0 ? null : <p className="Faint">{actionMessagesTexts.noEnglish}</p>}
      <div role="alert">
        {(save.problem ?? problem) === undefined ? null : <Notice tone="bad">{save.problem ?? problem}</Notice>}
      </div>
      {isFixed || sameText(held) === sameText(guard.base) ? null : (
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => begin(guard.base)}>
            {commonTexts.discard}
          </Button>
          <Button look="main" type="submit" isBusy={save.isBusy} aria-disabled={problem !== undefined}>
            {actionMessagesTexts.saveTheMessages}
          </Button>
        </div>
      )}
    </form>
  );
}

function Message({
  tag,
  text,
  change,
  remove,
  dataPoints,
  isFixed,
}: {
  readonly tag: string;
  readonly text: string;
  readonly change: (text: string) => void;
  readonly remove: () => void;
  readonly dataPoints: Vocabulary['dataPoints'];
  readonly isFixed: boolean;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const name = nameOf(tag);
  const insert = (placeholder: string) => {
    const at = field.current?.selectionStart ?? text.length;
    const end = field.current?.selectionEnd ?? at;
    change(`${text.slice(0, at)}${placeholder}${text.slice(end)}`);
    field.current?.focus();
  };
  return (
    <div className="ActionMessage">
      <Labelled
        label={name}
        note={
          <>
            {fillNodes(actionMessagesTexts.customNote, {
              action: <code>{'{{action.name}}'}</code>,
              user: <code>{'{{user.name}}'}</code>,
              custom: <code>custom</code>,
              length: text.length,
              max: charactersMax,
            })}
          </>
        }
      >
        {(ids) => (
          <textarea
            {...ids}
            ref={field}
            className="Input"
            lang={tag}
            rows={3}
            readOnly={isFixed}
            placeholder={actionMessagesTexts.messagePlaceholder}
            value={text}
            onChange={(event) => change(event.target.value)}
          />
        )}
      </Labelled>
      {isFixed ? null : (
        <div className="Row">
          {dataPoints.length === 0 ? null : (
            <select
              className="Field Select"
              aria-label={fill(actionMessagesTexts.insertNamed, { name })}
              value=""
              onChange={(event) => insert(event.target.value)}
            >
              <option value="">{actionMessagesTexts.insert}</option>
              {dataPoints.map((point) => {
                const placeholder = `{{${point.modelType}.${point.name}}}`;
                return (
                  <option key={placeholder} value={placeholder}>
                    {placeholder}
                  </option>
                );
              })}
            </select>
          )}
          <Button look="quiet" aria-label={fill(actionMessagesTexts.removeNamed, { name })} onClick={remove}>
            <Trash2 size={14} aria-hidden />
            {commonTexts.remove}
          </Button>
        </div>
      )}
    </div>
  );
}

function nameOf(tag: string): string {
  try {
    return languages.of(tag.replaceAll('_', '-')) ?? tag;
  } catch {
    return tag;
  }
}

/** What the server would refuse, in words. It has the last word. */
function problemOf(tag: string, text: string): string | undefined {
  if (text.trim() === '') return fill(actionMessagesTexts.emptyMessage, { language: nameOf(tag) });
  if (text.length > charactersMax)
    return fill(actionMessagesTexts.tooLong, { language: nameOf(tag), count: text.length - charactersMax });
  const rest = text.replace(/\{\{\s*(?:action|user)\.[^{}.]{1,64}\}\}/g, '');
  if (!/\{\{|\}\}/.test(rest)) return undefined;
  const written = { action: '{{action.name}}', user: '{{user.name}}' };
  return fill(actionMessagesTexts.badPlaceholder, { language: nameOf(tag), ...written });
}
