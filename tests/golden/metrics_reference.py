"""The metrics of core/metrics/metrics.h, stated again from their definitions, and the field's estimators of them.

AUROC and AP are scikit-learn's. AUPRO is written here from its definition (Bergmann et al. 2021), and so are the
estimators of ADer of April 2024, RD4AD, UniAD and DiAD: what each does to given maps and masks, from a study of their
published code. Nothing of this is a translation of the C code, which sorts defect pixels only.

A class is a dict: maps (N,H,W) float64, masks (N,H,W) uint8 (0 .. 255, the fraction of a pixel that is a defect),
scores (N) or None, labels (N) or None. Every function returns five numbers, image AUROC, image AP, pixel AUROC, pixel
AP, AUPRO, with NaN where the metric is not defined."""
import math

import numpy as np
from scipy import ndimage
from sklearn.metrics import auc, average_precision_score, roc_auc_score

METRICS = ["image_auroc", "image_ap", "pixel_auroc", "pixel_ap", "aupro"]
PROTOCOLS = ["exact", "ader2024", "rd4ad", "uniad", "diad"]
LIMIT = 0.3
DENSE = 4_000_000  # entries of components x thresholds that are written out one by one


def has_both(truth):
    return bool(np.any(truth)) and not bool(np.all(truth))


def auroc(truth, score):
    return float(roc_auc_score(truth.ravel(), score.ravel())) if has_both(truth) else math.nan


def average_precision(truth, score):
    return float(average_precision_score(truth.ravel(), score.ravel())) if has_both(truth) else math.nan


def components(defect, connectivity):
    """Number of components in all pictures, and each pixel's, 1 .. count; 0 outside."""
    structure = ndimage.generate_binary_structure(2, 2 if connectivity == 8 else 1)
    names, count = np.zeros(defect.shape, np.int64), 0
    for i, one in enumerate(defect):
        own, found = ndimage.label(one, structure)
        names[i] = np.where(own > 0, own + count, 0)
        count += found
    return count, names


def overlap_by_component(maps, names, count, thresholds):
    """Mean over the components of the share of their pixels that score >= each threshold, one component at a time."""
    total = np.zeros(len(thresholds))
    for name in range(1, count + 1):
        own = np.sort(maps[names == name])
        total += (len(own) - np.searchsorted(own, thresholds, side="left")) / len(own)
    return total / count


def overlap_by_pixel(maps, names, count, thresholds):
    """The same as sums over pixels, each worth 1 / area of its component, for many components and thresholds."""
    inside = names > 0
    area = np.bincount(names[inside], minlength=count + 1).astype(np.float64)
    place = np.searchsorted(-thresholds, -maps[inside], side="left")  # thresholds descend
    return np.cumsum(np.bincount(place, 1.0 / area[names[inside]], len(thresholds))) / count


def exact_aupro(maps, defect, connectivity):
    """Area below the curve of mean overlap against the false positive rate, to LIMIT, divided by LIMIT: a point for
    every distinct score, straight lines between them, cut at LIMIT by interpolation."""
    if not has_both(defect):
        return math.nan
    count, names = components(defect, connectivity)
    thresholds = np.unique(maps)[::-1]
    dense = count * len(thresholds) <= DENSE
    overlap = (overlap_by_component if dense else overlap_by_pixel)(maps, names, count, thresholds)
    good = np.sort(maps[~defect])
    rate = (len(good) - np.searchsorted(good, thresholds, side="left")) / len(good)
    rate, overlap = np.concatenate([[0.0], rate]), np.concatenate([[0.0], overlap])
    last = int(np.argmax(rate >= LIMIT))  # rate ends at 1
    at_limit = overlap[last]
    if rate[last] > rate[last - 1]:
        share = (LIMIT - rate[last - 1]) / (rate[last] - rate[last - 1])
        at_limit = overlap[last - 1] + share * (overlap[last] - overlap[last - 1])
    rate = np.concatenate([rate[:last], [LIMIT]])
    overlap = np.concatenate([overlap[:last], [at_limit]])
    return math.fsum((rate[1:] - rate[:-1]) * (overlap[1:] + overlap[:-1]) / 2) / LIMIT


def exact(case, connectivity=8):
    maps, defect = case["maps"], case["masks"] > 127.5
    label = defect.any((1, 2)) if case["labels"] is None else case["labels"] != 0
    score = maps.max((1, 2)) if case["scores"] is None else case["scores"]
    return [auroc(label, score), average_precision(label, score), auroc(defect, maps), average_precision(defect, maps),
            exact_aupro(maps, defect, connectivity)]


def stepped_aupro(maps, defect, steps, from_least):
    """Evenly spaced thresholds from the least score up; a pixel passes if it scores above. Points with a rate below
    LIMIT are kept and their rates stretched to end at 1, from the least kept rate or from 0; trapezoids."""
    low, high = maps.min(), maps.max()
    step = (high - low) / steps
    if not has_both(defect) or not step > 0:
        return math.nan
    count, names = components(defect, 8)
    area = np.bincount(names.ravel(), minlength=count + 1)[1:]
    rates, overlaps = [], []
    for threshold in np.arange(low, high, step):
        passed = maps > threshold
        overlaps.append(np.mean(np.bincount(names[passed], minlength=count + 1)[1:] / area))
        rates.append(np.count_nonzero(passed & ~defect) / np.count_nonzero(~defect))
    rates, overlaps = np.array(rates), np.array(overlaps)
    kept = rates < LIMIT
    if np.count_nonzero(kept) < 2:  # scikit-learn's auc refuses one point
        return math.nan
    rates, overlaps = rates[kept], overlaps[kept]
    base = rates.min() if from_least else 0.0
    if rates.max() == base:
        return math.nan
    return float(auc((rates - base) / (rates.max() - base), overlaps))


def pooled(one, size, times):
    """Greatest value after mean pooling size x size with stride 1, that many times; NaN if the map is too small."""
    for _ in range(times):
        if min(one.shape) < size:
            return math.nan
        left = one.shape[0] - size + 1
        one = sum(one[k:k + left] for k in range(size)) / size
        left = one.shape[1] - size + 1
        one = sum(one[:, k:k + left] for k in range(size)) / size
    return one.max()


def turned(value):
    return 1 - value if value < 0.5 else value


def ader2024(case):
    maps, defect = case["maps"], case["masks"] > 127.5
    label, score = defect.any((1, 2)), maps.max((1, 2))
    return [auroc(label, score), average_precision(label, score), auroc(defect, maps), average_precision(defect, maps),
            stepped_aupro(maps, defect, 100, True)]


def rd4ad(case):
    maps, defect = case["maps"], case["masks"] > 127.5
    label, score = defect.any((1, 2)), maps.max((1, 2))
    drawn = label if case["labels"] is None else case["labels"] != 0  # whose curve is drawn: by the folder
    curves = [stepped_aupro(maps[i:i + 1], defect[i:i + 1], 200, False) for i in np.flatnonzero(drawn)]
    curves = [value for value in curves if not math.isnan(value)]
    aupro = np.mean(curves) if curves and has_both(defect) else math.nan
    return [float(np.round(auroc(label, score), 3)), math.nan, float(np.round(auroc(defect, maps), 3)), math.nan,
            float(np.round(aupro, 3))]


def uniad(case):
    maps, defect = case["maps"], case["masks"] > 0
    score = np.array([pooled(one, 16, 1) for one in maps])
    image = math.nan if np.isnan(score).any() else turned(auroc(defect.any((1, 2)), score))
    return [image, math.nan, turned(auroc(defect, maps)), math.nan, math.nan]


def diad(case):
    maps, defect = case["maps"], case["masks"] > 0
    label, score = defect.any((1, 2)), np.array([pooled(one, 8, 8) for one in maps])
    image = (math.nan, math.nan) if np.isnan(score).any() else (turned(auroc(label, score)),
                                                                average_precision(label, score))
    return [*image, turned(auroc(defect, maps)), average_precision(defect, maps),
            stepped_aupro(maps, defect, 200, False)]


PRESETS = {"ader2024": ader2024, "rd4ad": rd4ad, "uniad": uniad, "diad": diad}
