// What the scripts know of each other and of the packages, for the type check only. Nothing here reaches the browser.

interface Xhr {
  verb: string;
  path: string;
  elt: HTMLElement;
  headers: Record<string, string>;
  parameters: Record<string, unknown>;
  timeout: number;
  triggeringEvent?: Event & { submitter?: HTMLButtonElement | null };
}

interface HtmxDetail {
  elt: HTMLElement;
  target: HTMLElement;
  xhr: XMLHttpRequest;
  requestConfig: Xhr;
  shouldSwap: boolean;
}

type HtmxEvent = CustomEvent<HtmxDetail>;
type HtmxConfigEvent = CustomEvent<Xhr>;

interface Htmx {
  process(element: Element): void;
  trigger(element: Element, name: string): void;
  ajax(verb: string, path: string, context: object): void;
}

/** What came of one save. "answered": the page shows what was saved; "refused": trying again is of no use. */
type Outcome = "answered" | "failed" | "lost" | "refused" | "closed";
/** "typing": half a word, perhaps; "settled": an answer. */
type Change = "typing" | "settled";

interface Saving {
  form: () => HTMLFormElement | null;
  /** where the words go that tell how it stands */
  place: () => HTMLElement | null;
  send: (form: HTMLFormElement, kind: Change, isLeaving: boolean) => Promise<Outcome>;
  /** true while an answer must not be sent yet */
  isHeld?: () => boolean;
  /** fields that are no answer */
  skips?: (field: HTMLElement) => boolean;
  /** the server keeps the newer of two saves on their way; else one that overtakes another is a conflict */
  isOrdered?: boolean;
  /** how long a settled answer waits for the next one, in milliseconds */
  settles?: number;
  /** instead of saving: what is tried when the net is back */
  retry?: () => void;
  /** somebody goes on writing */
  onInput?: () => void;
}

interface Autosave {
  readonly unsaved: Change | "";
  readonly flight: Promise<boolean> | null;
  readonly isClosed: boolean;
  change(kind: Change): void;
  /** something is unsaved that is being sent otherwise */
  mark(): void;
  /** resolves true when nothing is unsaved */
  flush(): Promise<boolean>;
  /** something could not be sent: says so, and tries again later */
  failed(): void;
  tell(word: string, state?: string): void;
  /** nothing of this page is saved from here on */
  stop(): void;
  /** a page that has come in the place of the old one */
  reset(): void;
}

/** A lost session: true when it is one. Then ``again`` is called once somebody is signed in again. */
type LostSession = (
  status: number,
  header: (name: string) => string | null,
  key: object | string,
  again: () => void,
) => Promise<boolean>;

interface Freshness {
  readonly isOld: boolean;
  good(saidDate: string | null): void;
  failed(status: number, again: () => void): void;
}

// Each page loads the scripts it uses: what may be missing has a question mark.
interface Ashi {
  locale: string;
  say(words: string): void;
  /** what a script says, in the language of the page */
  wordsOf(name: string): string;
  /** The element an event happened at. */
  at(event: Event): HTMLElement;
  /** Tell the page that a field was changed by a script. */
  changed(field: HTMLElement): void;
  notice(words: string): HTMLElement;
  copy(field: HTMLTextAreaElement | HTMLInputElement, button: HTMLElement): Promise<void>;
  autosave: (saving: Saving) => Autosave;
  post: (url: string, body: FormData, headers?: Record<string, string>) => Promise<Response>;
  saveByHtmx: (again: () => void) => Saving["send"];
  lostSession?: LostSession;
  freshness?: Freshness;
  calendarVisits?: CalendarVisits;
}

interface Window {
  ashi: Ashi;
  htmx: Htmx;
  SignaturePad?: new (canvas: HTMLCanvasElement, options: object) => { clear(): void; isEmpty(): boolean };
  EventCalendar?: { create(box: HTMLElement, options: object): CalendarView; destroy(calendar: CalendarView): void };
}

interface CalendarView {
  setOption(name: string, value: unknown): void;
}

interface CalendarEvent {
  id: string;
  title: string;
  start: Date;
  end: Date;
  display: string;
  resourceIds: string[];
  extendedProps: Record<string, string> & { isBooked: boolean };
}

/** The grid of the calendar: columns, hours, days that nobody works. */
interface Frame {
  resources: CalendarResource[];
  hiddenDays: number[];
  slotMinTime: string;
  slotMaxTime: string;
}

/** What the server answers for the calendar (clinic/scheduling/presenters/calendar.py). */
interface Feed {
  frame: Frame;
  statuses: Record<string, string>;
  movable: string[];
  services: [name: string, tint: string][];
  rooms: string[];
  visits: [
    id: number,
    practitioner: number,
    start: string,
    end: string,
    name: string,
    status: string,
    version: number,
    service: number,
    room: number,
    trouble: string,
  ][];
  closed: [practitioner: number, start: string, end: string][];
}

/** An event being drawn. */
interface Shown {
  event: CalendarEvent;
  el: HTMLElement;
  timeText: string;
}

interface CalendarVisits {
  clockOf(date: Date): string;
  eventsOf(feed: Feed): object[];
  contentOf(shown: Shown, isWeek: boolean, address: string): string | { domNodes: HTMLElement[] };
  mounted(shown: Shown): void;
}

/** An event that was dragged. */
interface Drop {
  event: CalendarEvent;
  oldResource?: CalendarResource;
  newResource?: CalendarResource;
  revert(): void;
}

/** What the server says to a move. */
interface Moved {
  ok: boolean;
  words?: string;
  undo?: string;
  next_fit?: string;
}

interface CalendarResource {
  id: string;
  title: string;
}

// What our pages ask for by a selector is HTML, unless the selector is the name of an element.
interface ParentNode {
  querySelector<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K] | null;
  querySelector<E extends Element = HTMLElement>(selectors: string): E | null;
  querySelectorAll<K extends keyof HTMLElementTagNameMap>(selectors: K): NodeListOf<HTMLElementTagNameMap[K]>;
  querySelectorAll<E extends Element = HTMLElement>(selectors: string): NodeListOf<E>;
}

interface HTMLElementEventMap {
  "htmx:configRequest": HtmxConfigEvent;
  "htmx:beforeRequest": HtmxEvent;
  "htmx:beforeSwap": HtmxEvent;
  "htmx:afterSwap": HtmxEvent;
  "htmx:afterSettle": HtmxEvent;
  "htmx:afterRequest": HtmxEvent;
  "htmx:oobAfterSwap": HtmxEvent;
  "htmx:sendError": HtmxEvent;
  "htmx:responseError": HtmxEvent;
}

interface DocumentEventMap {
  "ashi:token": CustomEvent<string>;
  "intake:settle": CustomEvent<{ read: boolean }>;
}
