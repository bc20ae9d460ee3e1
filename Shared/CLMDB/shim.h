// LMDB, a memory-mapped B+ tree of keys and values, as Swift sees it.
#pragma once
#include <lmdb.h>
