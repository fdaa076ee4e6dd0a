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
  pressAgain?: (form: Element, value: string) => void;
  lostSession?: LostSession;
  freshness?: Freshness;
  calendar?: Calendar;
}

interface Window {
  ashi: Ashi;
  htmx: Htmx;
  SignaturePad?: new (canvas: HTMLCanvasElement, options: object) => { clear(): void; isEmpty(): boolean };
}

/** A visit as it is drawn. Times are minutes of the clinic's wall clock. */
interface CalendarVisit {
  id: number;
  who: string;
  start: number;
  end: number;
  title: string;
  status: string;
  words: string;
  version: string;
  service: string;
  tint: string;
  room: string;
  trouble: string;
  column: string;
  isMovable: boolean;
}

/** One practitioner's day. */
interface CalendarColumn {
  day: number;
  who: string;
  title: string;
  element: HTMLElement;
}

interface CalendarView {
  columns: CalendarColumn[];
  scroller: HTMLElement;
  /** the first and the last minute of a day that are shown */
  first: number;
  last: number;
  fill(feed: Feed): void;
  visitOf(element: HTMLElement): CalendarVisit | undefined;
  /** in its column, from one minute of the day to another */
  place(element: HTMLElement, from: number, to: number): HTMLElement;
  redraw(element: HTMLElement, visit: CalendarVisit): void;
}

/** What may be done with the calendar: nothing that is left out. */
interface CalendarHands {
  drop?: (drop: Drop) => void;
  book?: (column: CalendarColumn, start: number) => void;
}

interface Calendar {
  calendarOf(box: HTMLElement, frame: Frame): CalendarView;
  clockOf(minute: number): string;
  dayOf(minute: number): string;
  shortDay(minute: number): string;
  dragIn?: (view: CalendarView, hands: CalendarHands) => { isBusy: () => boolean };
}

/** A visit that a mouse or a finger holds. */
interface Drag {
  id: number;
  box: HTMLElement;
  visit: CalendarVisit;
  x: number;
  y: number;
  downX: number;
  downY: number;
  /** how far below its upper edge it is held */
  grip: number;
  isOn: boolean;
  isTouch: boolean;
  timer: number;
  ghost?: HTMLElement;
  column?: CalendarColumn;
  minute?: number;
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

/** Where a visit was dropped. */
interface Drop {
  visit: CalendarVisit;
  start: number;
  column: CalendarColumn;
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
  "htmx:confirm": HtmxConfigEvent;
  "htmx:configRequest": HtmxConfigEvent;
  "htmx:beforeRequest": HtmxEvent;
  "htmx:beforeSwap": HtmxEvent;
  "htmx:afterSwap": HtmxEvent;
  "htmx:afterSettle": HtmxEvent;
  "htmx:afterRequest": HtmxEvent;
  "htmx:oobAfterSwap": HtmxEvent;
  "htmx:oobBeforeSwap": CustomEvent<{ target: HTMLElement; fragment: DocumentFragment }>;
  "htmx:sendError": HtmxEvent;
  "htmx:responseError": HtmxEvent;
}

interface DocumentEventMap {
  "ashi:token": CustomEvent<string>;
  "intake:settle": CustomEvent<{ read: boolean }>;
}
