//! A pooling layer of ours, projections and all, as an operation of candle with its gradient.

use crate::rows::{Rows, like, numbers, patterns};
use attractor_attention::{
    Association, AssociationGradient, AttentionError, Linear, Mask, Pooling, SideGradient, Steps,
};
use attractor_synapse::{Element, Patterns};
use candle_core::{
    CpuStorage, CustomOp3, DType, Error, Layout, Result, Shape, Tensor, WithDType, bail,
};

/// Queries (q × E) pool a set (n × E) through projections W (3E × E: queries, keys, values): `apply_op3` on the
/// queries. The result is q × E, the heads side by side; gradients are those of [`Pooling::vjp`].
#[derive(Debug, Clone)]
pub struct PoolingOp {
    /// The number of heads, which divides E.
    pub heads: usize,
    /// β of every head.
    pub beta: f64,
    /// Which rows of the set are seen.
    pub mask: Mask,
    /// How many softmaxes.
    pub steps: Steps,
}

impl PoolingOp {
    fn layer<T: Element>(
        &self,
        queries: Patterns<T>,
        weights: &Patterns<T>,
    ) -> std::result::Result<Pooling<T>, AttentionError> {
        let third = weights.features() * weights.features();
        let part = |i: usize| {
            let rows = weights.as_slice()[i * third..(i + 1) * third].to_vec();
            Linear::new(Patterns::new(rows, weights.features())?, None)
        };
        let association = Association::new(self.heads)?
            .with_sides(part(0)?.into(), part(1)?.into(), part(2)?.into())
            .with_betas(&[self.beta])?
            .with_steps(self.steps);
        Ok(Pooling::new(association, queries))
    }

    fn forward<T: Element + WithDType>(&self, args: [Rows<'_, T>; 3]) -> Result<Vec<T>> {
        let [queries, set, weights] = args.map(|rows| rows.patterns());
        let layer = self.layer(queries?, &weights?).map_err(Error::wrap)?;
        let found = layer.pool(&set?, &self.mask).map_err(Error::wrap)?;
        Ok(found.output.into_vec())
    }

    fn backward<T: Element + WithDType>(
        &self,
        args: [&Tensor; 3],
        pull: &Tensor,
    ) -> Result<[Tensor; 3]> {
        let [queries, set, weights] = args.map(patterns::<T>);
        let layer = self.layer(queries?, &weights?).map_err(Error::wrap)?;
        let gradient = layer.vjp(&set?, &self.mask, &numbers(pull)?).map_err(Error::wrap)?;
        let AssociationGradient { queries, keys, values, sides, .. } = gradient;
        // the set is both
        let set = (like(&keys, args[1])? + like(&values, args[1])?)?;
        let weights: Vec<f64> = sides.into_iter().flat_map(weight).collect();
        Ok([like(&queries, args[0])?, set, like(&weights, args[2])?])
    }
}

fn weight(side: SideGradient) -> Vec<f64> {
    side.projection.map(|projection| projection.weight).unwrap_or_default()
}

/// The shape of the result, if the three fit together.
fn shape([queries, set, weights]: [&Layout; 3]) -> Result<Shape> {
    let (q, width) = queries.shape().dims2()?;
    if set.shape().dims2()?.1 != width || weights.shape().dims2()? != (3 * width, width) {
        let (set, weights) = (set.shape(), weights.shape());
        bail!("queries of {width} numbers, a set of {set:?} and projections of {weights:?}");
    }
    Ok((q, width).into())
}

impl CustomOp3 for PoolingOp {
    fn name(&self) -> &'static str {
        "attractor-pooling"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let args = || [(s1, l1), (s2, l2), (s3, l3)];
        let shape = shape([l1, l2, l3])?;
        let storage = match s1 {
            CpuStorage::F32(_) => CpuStorage::F32(self.forward(Rows::all(args())?)?),
            CpuStorage::F64(_) => CpuStorage::F64(self.forward(Rows::all(args())?)?),
            _ => bail!("queries are neither f32 nor f64"),
        };
        Ok((storage, shape))
    }

    fn bwd(
        &self,
        arg1: &Tensor,
        arg2: &Tensor,
        arg3: &Tensor,
        _res: &Tensor,
        grad_res: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let args = [arg1, arg2, arg3];
        let [queries, set, weights] = match arg1.dtype() {
            DType::F32 => self.backward::<f32>(args, grad_res)?,
            _ => self.backward::<f64>(args, grad_res)?,
        };
        Ok((Some(queries), Some(set), Some(weights)))
    }
}
