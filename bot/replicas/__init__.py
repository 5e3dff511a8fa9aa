"""Several processes on one data folder, held together by Redis. One process needs none of this."""
