// Statements that read from a standby, and from the primary while the standby cannot answer them.
import { EntityManager } from 'typeorm';
import { isFaultOfStandby } from './database-errors';

/** Where statements go now. */
export interface StandbyRoute {
  /** null: to the primary. */
  standby(): EntityManager | null;
  /** A statement failed on the standby, and is run on the primary. */
  failed(error: unknown): void;
  /** A statement goes to the primary because there is no standby to ask. */
  missed(): void;
}

type Shape = (db: EntityManager) => EntityManager;

/** Each statement for itself: one that fails because of the standby is run again on the primary. */
export class StandbyReads extends EntityManager {
  readonly #route: StandbyRoute;
  readonly #primary: EntityManager;
  readonly #shape: Shape;
  readonly #shaped = new Map<Shape, StandbyReads>();

  /** @param primary a share of a pool of the primary */
  constructor(route: StandbyRoute, primary: EntityManager, shape: Shape = (db) => db) {
    super(primary.dataSource);
    this.#route = route;
    this.#primary = primary;
    this.#shape = shape;
  }

  /** @param shape of the connections of either server; the same function gives the same result */
  shaped(shape: Shape): StandbyReads {
    const own = this.#shape;
    const known =
      this.#shaped.get(shape) ?? new StandbyReads(this.#route, shape(this.#primary), (db) => shape(own(db)));
    this.#shaped.set(shape, known);
    return known;
  }

  async read<Result>(work: (db: EntityManager, isStandby: boolean) => Promise<Result>): Promise<Result> {
    const standby = this.#route.standby();
    if (standby === null) {
      this.#route.missed();
      return work(this.#primary, false);
    }
    try {
      return await work(this.#shape(standby), true);
    } catch (error) {
      if (!isFaultOfStandby(error)) throw error;
      this.#route.failed(error);
      return work(this.#primary, false);
    }
  }

  /** The server to which statements go now, for several that must see the same. */
  pinned(): EntityManager {
    const standby = this.#route.standby();
    if (standby === null) this.#route.missed();
    return standby === null ? this.#primary : this.#shape(standby);
  }
}
