"""Programs with Python's multiprocessing. `python3 pairs.py NAME` runs one of them."""
import sys
from multiprocessing import Pool, Process, Queue, TimeoutError


# #region worker
def count_primes(limit):
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(2, limit))


def add(a, b):
    return a + b
# #endregion


limits = [1000, 10, 5000, 100]


def map_list():
    # #region map
    with Pool(2) as pool:
        for count in pool.map(count_primes, limits):
            print(count)
    # #endregion


def unordered():
    # #region unordered
    with Pool(2) as pool:
        for count in sorted(pool.imap_unordered(count_primes, limits)):
            print(count)
    # #endregion


def starmap():
    # #region starmap
    with Pool(2) as pool:
        for total in pool.starmap(add, [(1, 2), (3, 4)]):
            print(total)
    # #endregion


def apply():
    # #region apply
    with Pool(2) as pool:
        print(pool.apply_async(add, (2, 3)).get())
    # #endregion


def time_limit():
    # #region timeout
    with Pool(2) as pool:
        try:
            pool.apply_async(count_primes, (10**9,)).get(timeout=0.1)
        except TimeoutError as error:
            print(type(error).__name__)
    # #endregion


# #region consumer
def running_total(tasks, totals):
    total = 0
    while (n := tasks.get()) is not None:  # None is the poison pill
        total += n
        totals.put(total)
    totals.put(None)
# #endregion


def queues():
    # #region queues
    tasks, totals = Queue(), Queue()
    consumer = Process(target=running_total, args=(tasks, totals))
    consumer.start()
    for n in [1, 2, 3]:
        tasks.put(n)
    tasks.put(None)
    while (total := totals.get()) is not None:
        print(total)
    consumer.join()
    # #endregion


if __name__ == '__main__':
    globals()[sys.argv[1]]()
