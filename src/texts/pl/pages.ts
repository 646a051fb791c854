import type { PageTexts } from '../page-texts.ts';

/** Polish. */
export const plPages: PageTexts = {
  'common.title': 'Potwierdź, że to Ty',
  'common.back': 'Wstecz',
  'common.otherWay': 'Użyj innego sposobu',
  'common.continue': 'Dalej',
  'common.cancel': 'Anuluj',
  'common.retry': 'Spróbuj ponownie',
  'common.wait': 'Chwileczkę…',
  'common.slow': 'Trwa to dłużej niż zwykle. Wciąż próbujemy.',
  'common.offline': 'Brak połączenia z internetem. Sprawdź je; ta strona będzie działać dalej od tego miejsca.',
  'common.online': 'Połączenie wróciło.',
  'common.securedBy': 'Chronione przez Sallyport',
  'common.recommended': 'Zalecane',
  'common.closable': 'Możesz zamknąć tę stronę.',
  'common.close': 'Zamknij',

  'no-script.heading': 'JavaScript jest wyłączony',
  'no-script.description':
    'Ta strona potrzebuje JavaScriptu, aby potwierdzić, że to Ty. Włącz go w ustawieniach przeglądarki i odśwież stronę.',

  'problem.network': 'Nie można połączyć się z serwerem. Sprawdź połączenie i spróbuj ponownie.',
  'problem.unexpected': 'Coś poszło nie tak po naszej stronie. Spróbuj ponownie.',
  'problem.wrongCode': 'Ten kod jest nieprawidłowy lub wygasł. Sprawdź go i spróbuj ponownie.',
  'problem.codeIncomplete': 'Wpisz cały kod. Liczba cyfr: {count}.',
  'problem.codeMissing': 'Najpierw wpisz kod.',
  'problem.tooManyTries': 'Zbyt wiele prób. Następna będzie możliwa za: {time}.',
  'problem.tooManyTriesNow': 'Zbyt wiele prób. Poczekaj chwilę albo użyj innego sposobu.',
  'problem.mayTryAgain': 'Możesz już spróbować ponownie.',
  'problem.locked': 'Zbyt wiele prób. Ten sposób jest zablokowany; użyj innego albo poproś {tenantName} o pomoc.',
  'problem.tooManySent': 'Zamówiono zbyt wiele wiadomości. Poczekaj chwilę, zanim poprosisz o kolejną.',
  'problem.delivery': 'Nie udało się wysłać wiadomości. Użyj innego sposobu albo spróbuj później.',
  'problem.notPermitted': 'Tutaj nie jest to możliwe. Użyj innego sposobu.',
  'problem.emailInvalid': 'Wpisz adres e-mail, na przykład imie@example.com.',
  'problem.nameEmpty': 'Wpisz nazwę.',
  'problem.copy': 'Tutaj nie można kopiować. Zaznacz tekst.',

  'method.PASSKEY': 'Klucz dostępu',
  'method.SECURITY_KEY': 'Klucz bezpieczeństwa',
  'method.AUTHENTICATOR_APP': 'Aplikacja uwierzytelniająca',
  'method.EMAIL_OTP': 'Kod e-mailem',
  'method.EMAIL_MAGIC_LINK': 'Link e-mailem',
  'method.RECOVERY_CODE': 'Kod odzyskiwania',
  'method.PUSH': 'Powiadomienie push',
  'method.QR_CODE': 'Kod QR',
  'method.IN_APP': 'Aplikacja',
  'method.SMS': 'SMS',
  'method.WHATSAPP': 'WhatsApp',
  'method.other': 'Inny sposób',
  'method-hint.QR_CODE': 'Zeskanuj aplikacją w telefonie, bez przepisywania kodu',
  'method-hint.PASSKEY': 'Odcisk palca, twarz lub blokada ekranu',
  'method-hint.SECURITY_KEY': 'Klucz, który się podłącza lub przykłada',
  'method-hint.AUTHENTICATOR_APP': 'Kod z aplikacji w telefonie',
  'method-hint.EMAIL_OTP': 'Wyślemy Ci kod',
  'method-hint.EMAIL_MAGIC_LINK': 'Wyślemy Ci link do otwarcia',
  'method-hint.RECOVERY_CODE': 'Jeden z zachowanych kodów',

  'method-select.heading': 'Potwierdź, że to Ty',
  'method-select.description': 'Wybierz sposób.',
  'enroll-select.heading': 'Skonfiguruj logowanie',
  'enroll-select.description': 'Wybierz, po czym {tenantName} pozna, że to Ty.',

  'code.label': 'Kod',
  'code.resend': 'Wyślij nowy kod',
  'code.resendIn': 'O nowy kod można poprosić za: {time}.',
  'code.resent': 'Nowy kod jest w drodze. Poprzednie kody już nie działają.',

  'sms-code-entry.heading': 'Wpisz wysłany kod',

  'email-code-entry.heading': 'Sprawdź pocztę',
  'email-code-entry.description': 'Wpisz kod wysłany na adres <identifier>{identifier}</identifier>.',
  'email-code-entry.primaryCta': 'Potwierdź',
  'email-code-entry.deliveryWarning': 'Może dotrzeć dopiero po kilku minutach. Zajrzyj też do spamu.',

  'email-address-entry.heading': 'Jaki jest Twój adres e-mail?',
  'email-address-entry.description': '{tenantName} użyje go, aby sprawdzić, że to Ty.',
  'email-address-entry.label': 'Adres e-mail',
  'email-address-entry.primaryCta': 'Dalej',
  'email-address-entry.other': 'Użyj innego adresu',

  'email-link-sent.heading': 'Otwórz wysłany link',
  'email-link-sent.description':
    'Wysłaliśmy go na adres <identifier>{identifier}</identifier>. Otwórz go na dowolnym urządzeniu; ta strona sama przejdzie dalej.',
  'email-link-sent.waiting': 'Czekamy, aż otworzysz link…',
  'email-link-sent.resend': 'Wyślij nowy link',
  'email-link-sent.resendIn': 'O nowy link można poprosić za: {time}.',
  'email-link-sent.resent': 'Nowy link jest w drodze. Poprzednie linki już nie działają.',

  'magic-link.heading': 'Potwierdzić w {tenantName}, że to Ty?',
  'magic-link.description': 'Potwierdź tylko, jeśli to właśnie Ty o to prosisz, na urządzeniu poniżej.',
  'magic-link.primaryCta': 'Tak, to ja',
  'magic-link.secondaryCta': 'Nie, to nie ja',
  'magic-link.action': 'Do czego',
  'magic-link.device': 'Urządzenie',
  'magic-link.place': 'Miejsce',
  'magic-link.time': 'Czas prośby',
  'magic-link-done.heading': 'Potwierdzono',
  'magic-link-done.description':
    'Wróć tam, skąd pochodzi prośba: {tenantName} działa tam dalej. Możesz zamknąć tę stronę.',
  'magic-link-done.primaryCta': 'Dalej',
  'magic-link-denied.heading': 'Dziękujemy za zgłoszenie',
  'magic-link-denied.description': 'Link już nie działa, a {tenantName} wie, że to nie Ty. Możesz zamknąć tę stronę.',
  'magic-link-over.heading': 'Ten link już nie działa',
  'magic-link-over.description':
    'Został użyty, wygasł albo jest niepełny. Wróć tam, skąd przychodzisz, i poproś o nowy.',
  'magic-link-over.advice': 'Jeśli ten link nie był Twoją prośbą, powiadom {tenantName}.',

  'totp-code-entry.heading': 'Wpisz kod z aplikacji',
  'totp-code-entry.description': 'Otwórz aplikację uwierzytelniającą i wpisz kod wyświetlany dla {tenantName}.',
  'totp-code-entry.primaryCta': 'Potwierdź',

  'totp-download.heading': 'Nie masz jeszcze aplikacji uwierzytelniającej?',
  'totp-download.description':
    'Wystarczy każda aplikacja, która tworzy kody, na przykład ta z Twojego menedżera haseł. W sklepie telefonu jest ich wiele.',

  'qr-code-verify.heading': 'Zeskanuj telefonem',
  'qr-code-verify.description':
    'Otwórz aplikację {tenantName} w telefonie i zeskanuj ten kod. Aplikacja pokaże, co potwierdzasz.',
  'qr-code-verify.imageLabel': 'Kod QR dla aplikacji w telefonie',
  'qr-code-verify.waiting': 'Czekamy na telefon…',
  'qr-code-scanned.heading': 'Spójrz na telefon',
  'qr-code-scanned.description':
    'Aplikacja {tenantName} pokazuje, co potwierdzasz. Zatwierdź tylko wtedy, gdy wszystko się zgadza.',
  'qr-code-scanned.waiting': 'Czekamy na odpowiedź w telefonie…',
  'totp-setup.heading': 'Połącz aplikację',
  'totp-setup.description': 'Zeskanuj ten obraz aplikacją uwierzytelniającą i wpisz kod, który pokaże.',
  'totp-setup.onPhone':
    'Otwórz stąd swoją aplikację uwierzytelniającą albo zeskanuj obraz innym urządzeniem. Potem wpisz kod, który pokaże.',
  'totp-setup.imageLabel': 'Kod QR dla aplikacji uwierzytelniającej',
  'totp-setup.secretLabel': 'Nie możesz zeskanować? Wpisz ten klucz w aplikacji:',
  'totp-setup.openApp': 'Otwórz w aplikacji na tym urządzeniu',
  'totp-setup.copy': 'Skopiuj klucz',
  'totp-setup.copied': 'Skopiowano.',
  'totp-setup.primaryCta': 'Potwierdź',

  'passkey-verify.heading': 'Użyj klucza dostępu',
  'passkey-verify.description': 'Potwierdź odciskiem palca, twarzą lub blokadą ekranu.',
  'passkey-verify.primaryCta': 'Użyj klucza dostępu',
  'passkey-verify.waiting': 'Postępuj zgodnie z urządzeniem…',
  'passkey-verify.cancelled': 'Anulowano albo trwało to zbyt długo. Możesz spróbować ponownie.',
  'passkey-verify.refused': 'Ten klucz dostępu nie został przyjęty. Spróbuj ponownie albo użyj innego sposobu.',
  'passkey-verify.unsupported':
    'Ta przeglądarka nie może tu używać kluczy dostępu. Użyj innego sposobu albo otwórz stronę w innej przeglądarce.',

  'passkey-create.heading': 'Utwórz klucz dostępu',
  'passkey-create.description':
    'Następnym razem potwierdzisz odciskiem palca, twarzą lub blokadą ekranu. Bez kodu i bez hasła.',
  'passkey-create.primaryCta': 'Utwórz klucz dostępu',
  'passkey-create.waiting': 'Postępuj zgodnie z urządzeniem…',
  'passkey-create.cancelled': 'Nie utworzono klucza dostępu. Możesz spróbować ponownie.',
  'passkey-create.exists': 'Na tym urządzeniu jest już Twój klucz dostępu.',
  'passkey-create.refused':
    'Ten klucz nie został przyjęty. Spróbuj innego, na przykład klucza bezpieczeństwa, albo wybierz inny sposób.',

  'passkey-uplift.heading': 'Następnym razem szybciej',
  'passkey-uplift.description':
    'Utwórz klucz dostępu i potwierdzaj odciskiem palca, twarzą lub blokadą ekranu. Chroni też przed fałszywymi stronami.',
  'passkey-uplift.primaryCta': 'Utwórz klucz dostępu',
  'passkey-uplift.secondaryCta': 'Nie teraz',

  'security-key-verify.heading': 'Użyj klucza bezpieczeństwa',
  'security-key-verify.description': 'Podłącz go lub przyłóż do urządzenia, a potem dotknij.',
  'security-key-verify.primaryCta': 'Użyj klucza bezpieczeństwa',

  'security-key-create.heading': 'Dodaj klucz bezpieczeństwa',
  'security-key-create.description':
    'Przygotuj klucz. Podłącz go lub przyłóż do urządzenia, gdy poprosi o to przeglądarka.',
  'security-key-create.primaryCta': 'Dodaj klucz bezpieczeństwa',
  'security-key-create.cancelled': 'Nie dodano klucza. Możesz spróbować ponownie.',
  'security-key-create.exists': 'Ten klucz został już dodany.',

  'recovery-code-entry.heading': 'Wpisz kod odzyskiwania',
  'recovery-code-entry.description': 'Użyj jednego z kodów zachowanych podczas konfiguracji. Każdy działa raz.',
  'recovery-code-entry.label': 'Kod odzyskiwania',
  'recovery-code-entry.primaryCta': 'Potwierdź',

  'recovery-codes-show.heading': 'Zachowaj te kody',
  'recovery-codes-show.description':
    'Jeden z nich wystarczy, aby wejść po utracie urządzenia. Pokazujemy je tylko ten jeden raz.',
  'recovery-codes-show.primaryCta': 'Dalej',
  'recovery-codes-show.keepFirst': 'Skopiuj lub pobierz kody albo zaznacz pole, gdy będą zapisane.',
  'recovery-codes-show.kept': 'Kody są zachowane',
  'recovery-codes-show.copy': 'Kopiuj',
  'recovery-codes-show.copied': 'Skopiowano.',
  'recovery-codes-show.download': 'Pobierz',
  'recovery-codes-show.fileName': 'kody-odzyskiwania',

  'remember-device.label': 'Pamiętaj to urządzenie przez {time}',
  'remember-device.hint': 'Tylko jeśli nikt inny go nie używa.',

  'settings.heading': 'Jak potwierdzasz, że to Ty',
  'settings.description': 'Te sposoby chronią to, co robisz w {tenantName}.',
  'settings.empty': 'Nic jeszcze nie skonfigurowano.',
  'settings.add': 'Dodaj inny sposób',
  'settings.added': 'Dodano: {date}',
  'settings.recoveryCodes': 'Kody odzyskiwania',
  'settings.codesLeft': 'Pozostałe kody: {count}',
  'settings.lastUsed': 'ostatnio użyto: {date}',
  'settings.heldUntil': 'W pełni działa dopiero od: {time}',
  'settings.heldWhy':
    'Dodano go kodem odzyskiwania lub słabszym sposobem. Jeśli to nie Ty, usuń go i od razu powiadom {tenantName}.',
  'settings.default': 'Domyślny',
  'settings.makeDefault': 'Używaj domyślnie',
  'settings.madeDefault': 'To jest teraz Twój domyślny sposób.',
  'settings.rename': 'Zmień nazwę',
  'settings.renameLabel': 'Nazwa',
  'settings.save': 'Zapisz',
  'settings.renamed': 'Zmieniono nazwę.',
  'settings.change': 'Zmień',
  'settings.remove': 'Usuń',
  'settings.removeHeading': 'Usunąć „{name}”?',
  'settings.removeDescription': 'Nie będzie można z tego korzystać. Tego nie da się cofnąć.',
  'settings.removed': 'Usunięto.',
  'settings.lastOne': 'To Twój jedyny sposób, więc nie można go usunąć. Najpierw dodaj inny.',
  'settings.lastPasskey': 'To Twój ostatni klucz dostępu, więc nie można go usunąć. Najpierw dodaj inny.',
  'settings.newRecoveryCodes': 'Utwórz nowe kody odzyskiwania',
  'settings.newRecoveryCodesDescription': 'Obecne kody przestaną działać.',
  'settings.done': 'Gotowe',
  'settings.proveFirst': 'Aby coś tu zmienić, potwierdź najmocniejszym sposobem, jaki masz.',

  'devices.heading': 'Twoje urządzenia',
  'devices.description': 'Na tych urządzeniach potwierdzono, że to Ty.',
  'devices.empty': 'Jeszcze żadnych nie ma.',
  'devices.unknown': 'Nieznane urządzenie',
  'devices.this': 'To urządzenie',
  'devices.name': '{browser} w systemie {os}',
  'devices.rememberedUntil': 'Zapamiętane do {date}',
  'devices.forget': 'Zapomnij',
  'devices.forgetHeading': 'Zapomnieć „{name}”?',
  'devices.forgetDescription': 'Trzeba będzie tam potwierdzić, że to Ty, jak na nowym urządzeniu.',
  'devices.forgotten': 'Zapomniano.',

  'enroll-success.heading': 'Gotowe',
  'enroll-success.description': 'Od teraz możesz potwierdzać, że to Ty, w ten sposób:',
  'enroll-success.primaryCta': 'Dalej',

  'challenge-success.heading': 'Potwierdzono',
  'challenge-success.description': '{tenantName} ma już Twoje potwierdzenie. Możesz zamknąć tę stronę.',
  'challenge-success.leaving': 'Wracamy do {tenantName}…',

  'challenge-quit.heading': 'Przerwano w tym miejscu',
  'challenge-quit.description': 'Nic nie zostało potwierdzone. Możesz zamknąć tę stronę albo jednak kontynuować.',
  'challenge-quit.primaryCta': 'Jednak kontynuuj',

  'session-expired.heading': 'Ta strona wygasła',
  'session-expired.description': 'Nic się nie zmieniło. Wróć tam, skąd przychodzisz, i zacznij od nowa.',
  'session-expired.primaryCta': 'Wróć',

  'challenge-blocked.heading': 'Zatrzymaliśmy tę operację',
  'challenge-blocked.description': 'To dla Twojej ochrony. Jeśli to pomyłka, poproś {tenantName} o pomoc.',
  'challenge-blocked.primaryCta': 'Wróć',

  'challenge-failed.heading': 'Odrzucono',
  'challenge-failed.description': 'Nie potwierdzono, więc nic się nie stało. Możesz zacząć od nowa w {tenantName}.',
  'challenge-failed.primaryCta': 'Wróć',

  'challenge-review.heading': 'Trwa sprawdzanie',
  'challenge-review.description': '{tenantName} to sprawdza. Nie musisz tu już nic robić.',
  'challenge-review.primaryCta': 'Wróć',

  'cannot-confirm.heading': 'Tutaj nie można tego potwierdzić',
  'cannot-confirm.description':
    'Żadnego ze skonfigurowanych sposobów nie można do tego użyć. Poproś {tenantName} o pomoc.',
  'cannot-confirm.primaryCta': 'Wróć',

  'generic-error.heading': 'Coś poszło nie tak',
  'generic-error.description': 'To nie Twoja wina i nic się nie zmieniło. Spróbuj ponownie.',
  'generic-error.primaryCta': 'Spróbuj ponownie',

  'failure-busy.heading': 'W tej chwili to niemożliwe',
  'failure-busy.description': 'To nie Twoja wina. Spróbuj ponownie za chwilę.',
  'failure-missing.heading': 'Tu niczego nie ma',
  'failure-missing.description':
    'Adres jest niepełny lub zawiera błąd. Wróć tam, skąd przychodzisz, i zacznij od nowa.',
  'failure-again.description': 'To nie Twoja wina. Wróć tam, skąd przychodzisz, i spróbuj ponownie.',
  'failure.reference': 'Identyfikator: {id}',
};
