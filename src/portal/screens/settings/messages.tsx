import { locale as portalLocale } from '#portal-texts/locale.ts';
import { commonTexts } from '#portal-texts/kit.ts';
import { messagesTexts } from '#portal-texts/messages.ts';
import { counted, fill, fillNodes } from '../../kit/fill.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { MessageCatalogue, MessageOverrides } from '../../api/types.ts';
import { ChangedNotice } from '../../kit/changed-meanwhile.tsx';
import { FilterText, changed } from '../../kit/fields.tsx';
import { Button, Empty, Failure, Notice, PageHead, Skeleton } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { useGuard } from '../../kit/use-guard.ts';
import { useScene } from '../../shell/tenant.tsx';
import { problemOf, textIn, withText } from './message-texts.ts';

type Point = MessageCatalogue['points'][number];

const languages = new Intl.DisplayNames(portalLocale, { type: 'language' });

export function Messages() {
  const { tenant, manage } = useScene();
  const { tenantId } = tenant;
  const catalogue = useQuery({
    queryKey: [tenantId, 'message-catalogue'],
    queryFn: () => manage<MessageCatalogue>('GET', '/message-overrides/catalog'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const overrides = useQuery({
    queryKey: [tenantId, 'messages'],
    queryFn: async () =>
      (await manage<{ messageOverrides: MessageOverrides }>('GET', '/message-overrides')).messageOverrides,
  });
  const error = catalogue.error ?? overrides.error;
  return (
    <div className="Page">
      {catalogue.data !== undefined && overrides.data !== undefined ? (
        <MessageEditor catalogue={catalogue.data} stored={overrides.data} />
      ) : (
        <>
          <PageHead title={messagesTexts.messages} />
          {error === null ? (
            <Skeleton label={messagesTexts.messagesLoading} />
          ) : (
            <Failure
              error={error}
              title={messagesTexts.messagesNotLoaded}
              retry={() => {
                void catalogue.refetch();
                void overrides.refetch();
              }}
            />
          )}
        </>
      )}
    </div>
  );
}

function MessageEditor({
  catalogue,
  stored,
}: {
  readonly catalogue: MessageCatalogue;
  readonly stored: MessageOverrides;
}) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const filter = useSearch({ from: '/t/$tenantId/settings/messages' });
  const set = (changes: { readonly [Name in keyof typeof filter]?: string | undefined }) =>
    void navigate({
      to: '/t/$tenantId/settings/messages',
      params: { tenantId },
      search: changed(filter, changes),
      replace: true,
    });
  const isFixed = !may('configuration:change');
  const read = async () =>
    (await manage<{ messageOverrides: MessageOverrides }>('GET', '/message-overrides')).messageOverrides;
  const guard = useGuard(stored, read);
  const [held, setHeld] = useState(stored);
  const locales = useMemo(() => Object.keys(catalogue.points[0]?.defaultCopy ?? { en: '' }), [catalogue]);
  const locale = filter.locale !== undefined && locales.includes(filter.locale) ? filter.locale : (locales[0] ?? 'en');
  const begin = (again: MessageOverrides) => {
    guard.begin(again);
    setHeld(again);
  };
  const differing = differencesOf(guard.base, held);
  const bad = catalogue.points.flatMap((point) =>
    locales.flatMap((one) => {
      const text = textIn(held, one, point.publicId);
      return text === undefined || problemOf(point, text) === undefined ? [] : [`${point.publicId} (${one})`];
    }),
  );
  const save = useChange(
    async () => {
      await guard.requireUnchanged();
      return (
        await manage<{ messageOverrides: MessageOverrides }>('PATCH', '/message-overrides', { messageOverrides: held })
      ).messageOverrides;
    },
    (now) => {
      begin(now);
      queries.setQueryData([tenantId, 'messages'], now);
      tell(messagesTexts.messagesSaved, messagesTexts.messagesSavedText);
    },
  );
  const words = (filter.words ?? '').toLowerCase();
  const shown = catalogue.points.filter((point) => {
    const text = textIn(held, locale, point.publicId);
    if (filter.only === 'changed' && text === undefined) return false;
    return [point.publicId, point.label, point.defaultCopy[locale], text].some((one) =>
      one?.toLowerCase().includes(words),
    );
  });
  const screens = catalogue.screens.flatMap((screen) => {
    const points = shown.filter((point) => point.screen === screen.id);
    return points.length === 0 ? [] : [{ ...screen, points }];
  });
  const isSearched = words !== '' || filter.only === 'changed';
  return (
    <>
      <PageHead title={messagesTexts.messages} count={counted(messagesTexts.texts, shown.length)} />
      <div className="Filters" role="search" aria-label={commonTexts.filters}>
        <select
          className="Field Select"
          aria-label={messagesTexts.language}
          value={locale}
          onChange={(event) => set({ locale: event.target.value })}
        >
          {locales.map((one) => (
            <option key={one} value={one}>
              {languages.of(one) ?? one}
            </option>
          ))}
        </select>
        <FilterText
          isWide
          label={messagesTexts.findWords}
          value={filter.words}
          change={(value) => set({ words: value })}
        />
        <label className="Check">
          <input
            type="checkbox"
            checked={filter.only === 'changed'}
            onChange={(event) => set({ only: event.target.checked ? 'changed' : undefined })}
          />
          <span>{messagesTexts.changedOnes}</span>
        </label>
      </div>
      {guard.theirs === undefined ? null : (
        <ChangedNotice
          takeTheirs={() => begin(guard.base)}
          differences={differing.map(({ locale: one, id }) => ({
            name: `${id} (${one})`,
            theirs: textIn(guard.base, one, id) ?? messagesTexts.default,
            mine: textIn(held, one, id) ?? messagesTexts.default,
          }))}
        />
      )}
      {screens.length === 0 ? (
        <Empty
          title={
            filter.only === 'changed' && words === '' ? messagesTexts.everyTextIsTheDefault : messagesTexts.nothingFound
          }
        >
          <p>{messagesTexts.nothingFoundText}</p>
        </Empty>
      ) : (
        <div className="Screens">
          {screens.map(({ id, label, points }) => (
            <Screen
              key={`${id} ${isSearched}`}
              label={label}
              count={points.length}
              isOpen={isSearched && shown.length <= 60}
            >
              {points.map((point) => (
                <Message
                  key={`${point.publicId} ${locale}`}
                  point={point}
                  locale={locale}
                  text={textIn(held, locale, point.publicId)}
                  change={(text) => setHeld(withText(held, locale, point.publicId, text))}
                  isFixed={isFixed}
                />
              ))}
            </Screen>
          ))}
        </div>
      )}
      <div role="alert">{save.problem === undefined ? null : <Notice tone="bad">{save.problem}</Notice>}</div>
      {isFixed || differing.length === 0 ? null : (
        <div className="FormEnd FormEnd-page">
          <span className="Faint">
            {bad.length > 0
              ? fill(messagesTexts.notSavable, { texts: bad.slice(0, 3).join(', ') })
              : counted(messagesTexts.notSaved, differing.length)}
          </span>
          <Button look="quiet" onClick={() => begin(guard.base)}>
            {commonTexts.discard}
          </Button>
          <Button
            look="main"
            isBusy={save.isBusy}
            aria-disabled={bad.length > 0}
            onClick={() => (bad.length > 0 ? undefined : save.start(undefined))}
          >
            {commonTexts.save}
          </Button>
        </div>
      )}
    </>
  );
}

function differencesOf(before: MessageOverrides, after: MessageOverrides) {
  const all = new Set(
    [before, after].flatMap((of) =>
      Object.entries(of).flatMap(([locale, texts]) => Object.keys(texts).map((id) => `${locale} ${id}`)),
    ),
  );
  return [...all].flatMap((one) => {
    const [locale = '', id = ''] = one.split(' ');
    return textIn(before, locale, id) === textIn(after, locale, id) ? [] : [{ locale, id }];
  });
}

/** The texts of one screen; in the document only while they are shown, because there are hundreds. */
function Screen({
  label,
  count,
  isOpen: isOpenAtFirst,
  children,
}: {
  readonly label: string;
  readonly count: number;
  readonly isOpen: boolean;
  readonly children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <details className="Group" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {label} <span className="Faint">{count}</span>
      </summary>
      {isOpen ? children : null}
    </details>
  );
}

function Message({
  point,
  locale,
  text,
  change,
  isFixed,
}: {
  readonly point: Point;
  readonly locale: string;
  readonly text: string | undefined;
  readonly change: (text: string | undefined) => void;
  readonly isFixed: boolean;
}) {
  const id = useId();
  const standard = point.defaultCopy[locale] ?? point.defaultCopy['en'] ?? '';
  const problem = text === undefined ? undefined : problemOf(point, text);
  const inserts = [
    ...point.allowedPlaceholders.map((name) => `{${name}}`),
    ...point.allowedTags.map((name) => `<${name}>`),
  ];
  return (
    <div className="Message">
      <div>
        <label htmlFor={id}>
          <strong>{point.label}</strong>
        </label>
        <p className="MessageDefault" lang={locale}>
          {standard}
        </p>
        <code className="Faint Small">{point.publicId}</code>
      </div>
      <div>
        <textarea
          id={id}
          className="Input"
          lang={locale}
          rows={Math.min(6, Math.max(2, Math.ceil((text ?? standard).length / 60)))}
          placeholder={standard}
          readOnly={isFixed}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-note`}
          value={text ?? ''}
          onChange={(event) => change(event.target.value === '' ? undefined : event.target.value)}
        />
        <div className="Counter" id={`${id}-note`} data-over={problem !== undefined}>
          <span>{problem ?? (text === undefined ? messagesTexts.default : messagesTexts.changed)}</span>
          <span>
            {inserts.length === 0 ? null : (
              <>{fillNodes(messagesTexts.mayHave, { marks: inserts.map((one) => <code key={one}>{one} </code>) })}</>
            )}
            {(text ?? standard).length} / {point.maxLength}
          </span>
          {text === undefined || isFixed ? null : (
            <Button
              look="quiet"
              aria-label={fill(messagesTexts.toDefaultNamed, { label: point.label })}
              onClick={() => change(undefined)}
            >
              <RotateCcw size={13} aria-hidden />
              {messagesTexts.default}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}
